package dev.pgbaton.kube;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.observed.JournalEntry;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.nio.charset.StandardCharsets;

/**
 * A journal entry as text, and back. A field that an older or newer pgbaton does not know is no
 * error.
 */
@RegisterForReflection(
    targets = {
      JournalEntry.class,
      JournalEntry.Intent.class,
      JournalEntry.StepRecord.class,
      JournalEntry.Rollout.class,
      JournalEntry.Quarantine.class,
      JournalEntry.OwedStatus.class,
      JournalEntry.Suspension.class,
      ObjectKey.class
    })
final class JournalText {
  /** A ConfigMap holds 1 MiB, and this is in it once more while it is updated by hand. */
  static final int LIMIT = 900 * 1024;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .defaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY))
          .build();

  private JournalText() {}

  /** Without its version, which is the ConfigMap's; the oldest rollouts go if it gets too long. */
  static String of(JournalEntry entry) {
    var fitting = entry.withVersion("");
    var text = write(fitting);
    while (text.getBytes(StandardCharsets.UTF_8).length > LIMIT && !fitting.rollouts().isEmpty()) {
      fitting = fitting.withRollouts(fitting.rollouts().subList(1, fitting.rollouts().size()));
      text = write(fitting);
    }
    return text;
  }

  private static String write(JournalEntry entry) {
    try {
      return JSON.writeValueAsString(entry);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @throws IllegalStateException if it is no journal: deciding without one would forget a failed
   *     commit
   */
  static JournalEntry parse(String text, String version) {
    try {
      return JSON.readValue(text, JournalEntry.class).withVersion(version);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the journal can't be read: " + e.getOriginalMessage(), e);
    }
  }
}
