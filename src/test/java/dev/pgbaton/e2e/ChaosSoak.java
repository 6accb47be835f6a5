package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.e2e.ChaosRound.Push;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Random faults, also in the middle of rollouts: the cluster gets well by itself, no acknowledged
 * row is lost, and never are two instances writable. Not part of CI; docs/chaos.md says how it is
 * run.
 */
class ChaosSoak {
  private static final Surroundings WHERE = Surroundings.fromEnvironment();
  private static final Duration HEALTHY_AT_REST = WHERE.patience(Duration.ofSeconds(120));
  private static final Duration HEALTHY_AFTER_A_ROLLOUT = WHERE.patience(Duration.ofSeconds(240));

  private final long seed = Long.getLong("pgbaton.chaos.seed", System.nanoTime() % 100_000);
  private final int first = Integer.getInteger("pgbaton.chaos.from", 1);
  private final int last = first - 1 + Integer.getInteger("pgbaton.chaos.rounds", 60);
  private final String only = System.getProperty("pgbaton.chaos.only", "");
  private final Duration limit =
      Duration.ofMinutes(Integer.getInteger("pgbaton.chaos.minutes", 600));

  private final List<Push> pushes = new ArrayList<>();
  private final Map<String, Duration> worst = new TreeMap<>();

  @RegisterExtension final LongRun run = new LongRun(WHERE, "seed-" + seed);

  @Test
  void whateverGoesWrongItEndsWellByItself() throws Exception {
    var begun = System.nanoTime();
    var done = 0;
    run.timeline().say("seed %d, rounds %d to %d, %s", seed, first, last, run.directory());
    assertThat(run.health().await(HEALTHY_AT_REST, run::clientsWrite)).isEmpty();
    run.begin();
    for (var number = first; number <= last; number++) {
      if (System.nanoTime() - begun > limit.toNanos()) break;
      play(ChaosRound.of(seed, number, only));
      done++;
    }
    run.clients().forEach(ChaosClient::close);
    var lost = run.lostRows(true);
    run.timeline()
        .say(
            "chaos seed=%d rounds=%d from=%d lost=%d two_writable=0 rows=%d worst_gap %s",
            seed, done, first, lost.size(), run.rows(), LongRun.text(worst));
    assertThat(lost).as("acknowledged rows that are lost").isEmpty();
  }

  private void play(ChaosRound round) throws Exception {
    run.timeline().note("round %d: %s", round.number(), round.text());
    round.push().ifPresent(this::push);
    strike(round);
    var over = System.nanoTime();
    var bound = round.push().isPresent() ? HEALTHY_AFTER_A_ROLLOUT : HEALTHY_AT_REST;
    var wrong = run.health().await(bound, run::clientsWrite);
    judge(round, Duration.ofNanos(System.nanoTime() - over), wrong);
  }

  /** Ends when everything that lasts is over. */
  private void strike(ChaosRound round) {
    var strikes =
        new Strikes(
            run.stage(),
            run.machine(),
            run.lease()::holder,
            this::moveClientsAway,
            run.eyes(),
            run.timeline());
    var begun = System.nanoTime();
    var threads = new ArrayList<Thread>();
    for (var planned : round.faults()) {
      threads.add(
          Thread.ofPlatform()
              .name(planned.fault().text())
              .start(
                  () -> {
                    sleepUntil(begun + planned.after() * 1_000_000L);
                    strikes.strike(planned.fault());
                  }));
    }
    threads.forEach(Threads::join);
  }

  private void judge(ChaosRound round, Duration healthy, List<String> wrong) throws Exception {
    var looks = run.eyes().take();
    var together = WritableSpans.together(looks);
    var gaps = new TreeMap<String, Duration>();
    var failures = new StringBuilder();
    for (var client : run.clients()) {
      var seen = client.take();
      gaps.put(client.name(), seen.longestGap());
      worst.merge(client.name(), seen.longestGap(), (a, b) -> a.compareTo(b) > 0 ? a : b);
      failures.append(' ').append(seen.failures());
    }
    var lost = wrong.isEmpty() ? run.lostRows(false) : List.<String>of();
    run.timeline().note("writable: %s", WritableSpans.text(looks, run.eyes()::podAt));
    run.timeline()
        .say(
            "round %d: %s | gaps %s, failed%s | %s after %.1f s | lost %s | two writable %s | %s",
            round.number(),
            round.text(),
            LongRun.text(gaps),
            failures,
            wrong.isEmpty() ? "healthy" : "NOT HEALTHY " + wrong,
            healthy.toMillis() / 1000.0,
            lost.isEmpty() ? "0" : lost.size() + " " + lost.stream().limit(20).toList(),
            together.isEmpty() ? "no" : "YES " + together.size(),
            run.stage().verdict().map(Forge.Status::state).orElse("no status"));
    together.stream().limit(5).forEach(t -> run.timeline().say("  two writable: %s", t));
    var where = "seed %d round %d".formatted(seed, round.number());
    assertThat(together.stream().limit(3)).as("two writable at once, " + where).isEmpty();
    assertThat(lost.stream().limit(20)).as("acknowledged rows that are lost, " + where).isEmpty();
    assertThat(wrong).as("what is not well, " + where).isEmpty();
    assertThat(run.differences()).as("standbys, " + where).isEmpty();
  }

  /** To the next node: nothing is learned from a client that is cut off. */
  private void moveClientsAway(String node) {
    var next = "node-" + (Integer.parseInt(node.substring("node-".length())) % 3 + 1);
    for (var client : run.clients()) if (client.node().equals(node)) client.moveTo(next);
    sleepUntil(System.nanoTime() + 300_000_000L);
  }

  private void push(Push push) {
    pushes.add(push);
    var times = pushes.stream().filter(push::equals).count();
    switch (push) {
      case IMAGE -> {
        var from = WHERE.postgresImage();
        var to = WHERE.nextPostgresImage();
        var there = run.stage().forge().read(Shop.ORDERS_FILE).contains("image: " + to + "\n");
        replaceLine("image: " + (there ? to : from), "image: " + (there ? from : to));
      }
      case SETTING_THAT_NEEDS_A_RESTART ->
          // Up and down again: a lower value is taken in place, before the others have it.
          replaceLine("max_connections: .*", "max_connections: \"" + (200 + times % 3 * 10) + "\"");
      case SETTING_THAT_IS_RELOADED ->
          replaceLine("work_mem: .*", "work_mem: " + (4 + times) + "MB");
    }
    run.stage().push("Round: " + push.name().toLowerCase(Locale.ROOT).replace('_', ' '));
  }

  private void replaceLine(String pattern, String line) {
    var forge = run.stage().forge();
    var text = forge.read(Shop.ORDERS_FILE);
    forge.write(Shop.ORDERS_FILE, text.replaceAll("(?m)" + pattern + "$", line));
  }

  private static void sleepUntil(long nanos) {
    try {
      Thread.sleep(Duration.ofNanos(Math.max(0, nanos - System.nanoTime())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
