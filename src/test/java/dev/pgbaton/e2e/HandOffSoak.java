package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A hundred planned handoffs in a row, each as soon as the cluster is well after the last. They are
 * asked for as the daemon asks for them. Not part of CI; docs/chaos.md says how it is run.
 */
class HandOffSoak {
  private static final Surroundings WHERE = Surroundings.fromEnvironment();
  private static final Duration HEALTHY = WHERE.patience(Duration.ofSeconds(60));

  private final int handOffs = Integer.getInteger("pgbaton.soak.handoffs", 100);
  private final Duration limit =
      Duration.ofMinutes(Integer.getInteger("pgbaton.soak.minutes", 600));
  private final SplittableRandom random = new SplittableRandom(1);
  private final Map<String, List<Duration>> gaps = new TreeMap<>();

  @RegisterExtension final LongRun run = new LongRun(WHERE, "handoffs");

  @Test
  void aHundredInARowLoseNothing() throws Exception {
    var begun = System.nanoTime();
    assertThat(run.health().await(HEALTHY, run::clientsWrite)).isEmpty();
    run.begin();
    var refused = 0;
    var done = 0;
    for (var number = 1; number <= handOffs; number++) {
      if (System.nanoTime() - begun > limit.toNanos()) break;
      if (handOff(number)) done++;
      else refused++;
    }
    run.clients().forEach(ChaosClient::close);
    var lost = run.lostRows(true);
    run.timeline()
        .say(
            "handoffs=%d refused=%d lost=%d two_writable=0 rows=%d %s",
            done, refused, lost.size(), run.rows(), text(gaps));
    assertThat(lost).as("acknowledged rows that are lost").isEmpty();
    assertThat(run.differences()).as("standbys").isEmpty();
    assertThat(refused).as("handoffs that were refused").isZero();
  }

  /**
   * @return whether the Lease went to whom it should
   */
  private boolean handOff(int number) throws Exception {
    var from = run.health().holder();
    var names =
        run.stage().shop().instances(Shop.ORDERS).stream()
            .map(p -> p.getMetadata().getName())
            .toList();
    var to = names.get((names.indexOf(from) + 1 + random.nextInt(2)) % names.size());
    var asked = System.nanoTime();
    ask(to);
    var moved = answer(to, asked);
    var refusal =
        moved ? "" : " REFUSED " + run.lease().annotation(Names.HANDOFF_REFUSED).orElse("silently");
    var wrong = run.health().await(HEALTHY, run::clientsWrite);
    var healthy = Duration.ofNanos(System.nanoTime() - asked);
    var looks = run.eyes().take();
    var together = WritableSpans.together(looks);
    var clients = new StringBuilder();
    for (var client : run.clients()) {
      var seen = client.take();
      if (moved) gaps.computeIfAbsent(client.name(), _ -> new ArrayList<>()).add(seen.longestGap());
      clients.append(
          "%s %.2f s (%d failed) "
              .formatted(client.name(), seen.longestGap().toMillis() / 1000.0, seen.failures()));
    }
    var lost = wrong.isEmpty() ? run.lostRows(false) : List.<String>of();
    run.timeline().note("writable: %s", WritableSpans.text(looks, run.eyes()::podAt));
    run.timeline()
        .say(
            "handoff %d: %s → %s%s | %s| %s after %.1f s | lost %d | two writable %s",
            number,
            from,
            to,
            refusal,
            clients,
            wrong.isEmpty() ? "healthy" : "NOT HEALTHY " + wrong,
            healthy.toMillis() / 1000.0,
            lost.size(),
            together.isEmpty() ? "no" : "YES " + together);
    assertThat(together).as("two writable at once").isEmpty();
    assertThat(lost).as("acknowledged rows that are lost").isEmpty();
    assertThat(wrong).as("what is not well").isEmpty();
    return moved;
  }

  private void ask(String to) {
    HandOffRequest.write(run.stage().kubernetes(), WHERE.namespace(), Shop.ORDERS, to);
  }

  /** Waits until the request is gone from the Lease, and says whether it was done. */
  private boolean answer(String to, long asked) throws InterruptedException {
    while (System.nanoTime() - asked < HEALTHY.toNanos()) {
      Thread.sleep(20);
      if (run.lease().holder().equals(to)) return true;
      if (run.lease().annotation(Names.HANDOFF_REFUSED).isPresent()
          && run.lease().annotation(Names.HANDOFF_TO).isEmpty()) return false;
    }
    return false;
  }

  private static String text(Map<String, List<Duration>> gaps) {
    var text = new StringBuilder();
    gaps.forEach(
        (name, all) -> {
          var sorted = all.stream().sorted().toList();
          text.append(
              "%s median_s=%.2f p95_s=%.2f max_s=%.2f "
                  .formatted(name, at(sorted, 0.5), at(sorted, 0.95), at(sorted, 1)));
        });
    return text.toString().strip();
  }

  private static double at(List<Duration> sorted, double share) {
    var index = (int) Math.ceil(share * sorted.size()) - 1;
    return sorted.get(Math.max(0, index)).toMillis() / 1000.0;
  }
}
