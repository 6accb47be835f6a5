package dev.pgbaton.web;

import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.report.ClusterHealth.Condition;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * One cluster in a line.
 *
 * @param condition {@code healthy}, {@code progressing}, {@code degraded}, {@code blocked} or
 *     {@code unwritable}
 * @param code of the refusal; empty where nothing is refused
 * @param text what it is doing, or why it waits
 * @param commit the one that it follows; empty where none is known
 * @param since when that was taken up
 * @param rolling whether a rollout is under way
 * @param ready instances whose pod is Ready
 * @param instances as many as there shall be
 * @param primary its pod's name; empty unless there is exactly one
 */
record ClusterSummary(
    String namespace,
    String name,
    String condition,
    String code,
    String text,
    String commit,
    Optional<Instant> since,
    boolean rolling,
    long ready,
    int instances,
    String primary) {

  static ClusterSummary of(Pass pass) {
    var id = pass.id();
    var health = pass.health();
    var observed =
        pass instanceof Pass.Done done
            ? Optional.of(done.observed())
            : Optional.<ObservedCluster>empty();
    var intent = observed.flatMap(o -> o.journal().intent());
    return new ClusterSummary(
        id.namespace(),
        id.name(),
        word(health.condition()),
        health.reason(),
        health.text(),
        intent.map(JournalEntry.Intent::commit).orElse(""),
        intent.map(JournalEntry.Intent::since),
        observed.flatMap(o -> o.journal().rollout()).isPresent(),
        observed.map(o -> o.instances().stream().filter(Instance::ready).count()).orElse(0L),
        observed.map(o -> o.layout().instances()).orElse(0),
        observed.flatMap(o -> o.primary()).map(Instance::toString).orElse(""));
  }

  private static String word(Condition condition) {
    return condition.name().toLowerCase(Locale.ROOT);
  }

  /** The worst first, then by name. */
  String order() {
    return rank() + " " + id();
  }

  private char rank() {
    return switch (Condition.valueOf(condition.toUpperCase(Locale.ROOT))) {
      case UNWRITABLE -> '0';
      case BLOCKED -> '1';
      case DEGRADED -> '2';
      case PROGRESSING -> '3';
      case HEALTHY -> '4';
    };
  }

  String id() {
    return namespace + "/" + name;
  }

  /** With the code in front where something is refused. */
  String sentence() {
    return code.isEmpty() ? text : code + ": " + text;
  }

  String shortCommit() {
    return brief(commit);
  }

  static String brief(String commit) {
    return commit.substring(0, Math.min(8, commit.length()));
  }
}
