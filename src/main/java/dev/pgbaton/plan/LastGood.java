package dev.pgbaton.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Quarantine;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.Optional;

/** The StatefulSet that last worked, and going back to it. */
public final class LastGood {
  private static final ObjectMapper JSON = new ObjectMapper();

  private LastGood() {}

  /** As the journal keeps it. */
  public static String toJson(StatefulSet set) {
    try {
      return JSON.writeValueAsString(set);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The quarantine, if it is this intent that failed: a new one is tried. */
  public static Optional<Quarantine> quarantine(JournalEntry journal) {
    return journal
        .quarantine()
        .filter(q -> journal.intent().map(i -> i.hash().equals(q.hash())).orElse(false));
  }

  /** What is brought about: the intent, or with the instances as they last worked if it failed. */
  static DesiredCluster insteadOf(DesiredCluster wanted, JournalEntry journal) {
    var json = journal.lastGood();
    if (quarantine(journal).isEmpty() || json.isEmpty()) return wanted;
    var set = sized(read(json.get()), wanted);
    var key = wanted.layout().statefulSetKey();
    return new DesiredCluster(
        wanted.layout(),
        wanted.objects().stream().map(o -> replace(o, key, set)).toList(),
        wanted.rollout(),
        wanted.settings(),
        wanted.reloadHash(),
        wanted.synchronousStandbys());
  }

  /** Whether there is something to go back to that differs from what is wanted. */
  static boolean differs(DesiredCluster wanted, JournalEntry journal) {
    return journal
        .lastGood()
        .map(json -> AppliedHash.of(sized(read(json), wanted)))
        .map(hash -> !hash.equals(AppliedHash.of(wanted.statefulSet())))
        .orElse(false);
  }

  /** How many there shall be is no revision: what is taken back is what each of them runs. */
  private static StatefulSet sized(StatefulSet set, DesiredCluster wanted) {
    return new StatefulSetBuilder(set)
        .editSpec()
        .withReplicas(wanted.statefulSet().getSpec().getReplicas())
        .endSpec()
        .build();
  }

  private static DesiredObject replace(DesiredObject object, ObjectKey key, StatefulSet set) {
    return object.key().equals(key)
        ? new DesiredObject(set, object.role(), object.policy(), object.source())
        : object;
  }

  private static StatefulSet read(String json) {
    try {
      return JSON.readValue(json, StatefulSet.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the journal's last good StatefulSet can't be read", e);
    }
  }
}
