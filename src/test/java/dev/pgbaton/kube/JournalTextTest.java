package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.observed.JournalEntry;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class JournalTextTest {
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678901Z");

  @Test
  void whatIsWrittenIsReadAgain() {
    assertThat(JournalText.parse(JournalText.of(full()), "7")).isEqualTo(full().withVersion("7"));
    assertThat(JournalText.parse(JournalText.of(JournalEntry.EMPTY), ""))
        .isEqualTo(JournalEntry.EMPTY);
  }

  @Test
  void anotherVersionsFieldsAreNoError() {
    var entry = JournalText.parse("{\"tomorrow\": {\"a\": 1}, \"lastGood\": \"{}\"}", "7");

    assertThat(entry)
        .isEqualTo(JournalEntry.EMPTY.withVersion("7").withLastGood(Optional.of("{}")));
  }

  @Test
  void aDamagedJournalIsNotTakenForAnEmptyOne() {
    assertThatThrownBy(() -> JournalText.parse("", "7")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> JournalText.parse("{\"intent\": 3}", "7"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theOldestRolloutsGoWhenItGetsTooLong() {
    var rollouts = new ArrayList<JournalEntry.Rollout>();
    for (int i = 0; i < 50; i++) rollouts.add(rollout("x".repeat(30_000) + i));

    var text = JournalText.of(JournalEntry.EMPTY.withRollouts(rollouts));

    assertThat(text.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(JournalText.LIMIT);
    assertThat(JournalText.parse(text, "1").rollouts())
        .hasSizeBetween(20, 49)
        .endsWith(rollouts.getLast());
  }

  @Test
  void namesOfClustersDoNotMeet() {
    assertThat(KubeJournal.name(new ClusterId("a-b", "c")))
        .startsWith("journal-a-b-c-")
        .isNotEqualTo(KubeJournal.name(new ClusterId("a", "b-c")));
    assertThat(KubeJournal.name(new ClusterId("n".repeat(63), "c".repeat(253))))
        .hasSizeLessThan(254);
  }

  @Test
  void aSuspensionIsLiftedByAnAnnotationToo() {
    var map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withResourceVersion("7")
            .endMetadata()
            .addToData("journal.json", JournalText.of(full()))
            .build();
    assertThat(KubeJournal.entry(map).suspension()).isPresent();

    map.getMetadata().setAnnotations(Map.of("pgbaton.dev/resume", "true"));

    assertThat(KubeJournal.entry(map))
        .isEqualTo(full().withVersion("7").withSuspension(Optional.empty()));
  }

  private static JournalEntry full() {
    return new JournalEntry(
        "",
        Optional.of(new JournalEntry.Intent("abc", "hash", "clusters/orders.yaml", AT, true)),
        Optional.of(new JournalEntry.StepRecord("restart orders-1", "orders-1", "uid", AT)),
        Optional.of(rollout("image a → b")),
        Optional.of(new JournalEntry.Quarantine("hash", "abc", "it does not start", AT)),
        Optional.of("{\"kind\":\"StatefulSet\"}"),
        new TreeSet<>(List.of(new ObjectKey("Service", "shop", "orders"))),
        Map.of("Service shop/orders", "spec.type a → b"),
        Map.of("abc pgbaton/prod", "SUCCESS"),
        List.of(new JournalEntry.OwedStatus("abc", "pgbaton/prod", "PENDING", "…")),
        List.of(rollout("first"), rollout("second")),
        Optional.of("7300000000000000000"),
        List.of("Service shop/orders (argocd-controller has applied it since)"),
        Optional.of(new JournalEntry.Suspension("alice", AT)));
  }

  private static JournalEntry.Rollout rollout(String reason) {
    return new JournalEntry.Rollout(
        "abc",
        reason,
        AT,
        Optional.of(AT.plusSeconds(40)),
        "daemon-1",
        Optional.of(Duration.ofMillis(234)),
        Optional.of("success"));
  }
}
