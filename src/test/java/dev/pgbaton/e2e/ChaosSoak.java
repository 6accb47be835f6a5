package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.e2e.ChaosRound.Push;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Random faults, also in the middle of rollouts: the cluster gets well by itself, no acknowledged
 * row is lost, and never are two instances writable. Not part of CI; docs/chaos.md says how it is
 * run.
 */
class ChaosSoak {
  private static final Surroundings WHERE = Surroundings.fromEnvironment();
  private static final Duration HEALTHY_AT_REST = WHERE.patience(Duration.ofSeconds(150));
  private static final Duration HEALTHY_AFTER_A_ROLLOUT = WHERE.patience(Duration.ofSeconds(300));

  private final long seed = Long.getLong("pgbaton.chaos.seed", System.nanoTime() % 100_000);
  private final int first = Integer.getInteger("pgbaton.chaos.from", 1);
  private final int last = first - 1 + Integer.getInteger("pgbaton.chaos.rounds", 60);
  private final Duration limit =
      Duration.ofMinutes(Integer.getInteger("pgbaton.chaos.minutes", 600));

  private final List<Push> pushes = new ArrayList<>();
  private final Map<String, Duration> worst = new TreeMap<>();
  private Path directory;
  private Timeline timeline;
  private Stage stage;
  private Machine machine;
  private LogKeeper logs;
  private LeaseWatch lease;
  private Eyes eyes;
  private Health health;
  private List<ChaosClient> clients = List.of();
  private String password;

  @RegisterExtension
  final Diagnostics diagnostics =
      new Diagnostics(
          () -> stage.kubernetes(),
          WHERE,
          () -> "seed " + seed + ", everything in " + directory + "\n" + stage.statuses());

  @BeforeEach
  void raiseTheCurtain() throws Exception {
    directory =
        Files.createDirectories(
            Path.of(
                System.getProperty("pgbaton.chaos.directory", "target/chaos"),
                DateTimeFormatter.ofPattern("MMdd-HHmmss").format(LocalDateTime.now())
                    + "-seed-"
                    + seed));
    timeline = new Timeline(directory);
    machine = Machine.fromEnvironment();
    logs = new LogKeeper(machine.nodes(), WHERE.namespace(), directory.resolve("logs"));
    stage = new Stage(WHERE, directory);
    password = stage.shop().password(Shop.ORDERS);
    lease = new LeaseWatch(stage.kubernetes(), WHERE.namespace(), Shop.ORDERS, timeline);
    health = new Health(stage, WHERE, password, timeline);
    health.prepare();
    eyes = new Eyes(stage::knownInstances, password, timeline);
    clients =
        List.of(
            new ChaosClient("pgpool", stage.shop().throughPgpool(), "node-1", timeline),
            new ChaosClient("primary", stage.shop().throughPrimaryService(), "node-1", timeline));
  }

  @AfterEach
  void dropTheCurtain() throws Exception {
    machine.restore();
    clients.forEach(ChaosClient::close);
    if (eyes != null) eyes.close();
    if (lease != null) lease.close();
    if (stage != null) stage.close();
    logs.close();
  }

  @Test
  void whateverGoesWrongItEndsWellByItself() throws Exception {
    var begun = System.nanoTime();
    var done = 0;
    timeline.say("seed %d, rounds %d to %d, %s", seed, first, last, directory);
    assertThat(health.await(HEALTHY_AT_REST, this::clientsWrite)).isEmpty();
    eyes.take();
    clients.forEach(ChaosClient::take);
    for (var number = first; number <= last; number++) {
      if (System.nanoTime() - begun > limit.toNanos()) break;
      play(ChaosRound.of(seed, number));
      done++;
    }
    clients.forEach(ChaosClient::close);
    var lost = lost(true);
    timeline.say(
        "chaos seed=%d rounds=%d from=%d lost=%d two_writable=0 rows=%d worst_gap %s",
        seed,
        done,
        first,
        lost.size(),
        clients.stream().mapToInt(ChaosClient::count).sum(),
        text(worst));
    assertThat(lost).as("acknowledged rows that are lost").isEmpty();
  }

  private void play(ChaosRound round) throws Exception {
    timeline.note("round %d: %s", round.number(), round.text());
    var strikes = new Strikes(stage, machine, lease::holder, this::moveClientsAway, timeline);
    if (round.push().isPresent()) push(round.push().get());
    var begun = System.nanoTime();
    var threads =
        round.faults().stream()
            .map(
                planned ->
                    Thread.ofPlatform()
                        .name(planned.fault().text())
                        .start(
                            () -> {
                              sleepUntil(begun + planned.after() * 1_000_000L);
                              strikes.strike(planned.fault());
                            }))
            .toList();
    threads.forEach(Threads::join);
    var over = System.nanoTime();
    var wrong =
        health.await(
            round.push().isPresent() ? HEALTHY_AFTER_A_ROLLOUT : HEALTHY_AT_REST,
            this::clientsWrite);
    var healthy = Duration.ofNanos(System.nanoTime() - over);

    var looks = eyes.take();
    var together = WritableSpans.together(looks);
    var gaps = new TreeMap<String, Duration>();
    var failures = new StringBuilder();
    for (var client : clients) {
      var seen = client.take();
      gaps.put(client.name(), seen.longestGap());
      worst.merge(client.name(), seen.longestGap(), (a, b) -> a.compareTo(b) > 0 ? a : b);
      failures.append(' ').append(seen.failures());
    }
    var lost = wrong.isEmpty() ? lost(false) : List.<String>of();
    timeline.note("writable: %s", WritableSpans.text(looks, eyes::podAt));
    timeline.say(
        "round %d: %s | gaps %s, failed%s | %s after %.1f s | lost %s | two writable %s | %s",
        round.number(),
        round.text(),
        text(gaps),
        failures,
        wrong.isEmpty() ? "healthy" : "NOT HEALTHY " + wrong,
        healthy.toMillis() / 1000.0,
        lost.isEmpty() ? "0" : lost.size() + " " + lost.stream().limit(20).toList(),
        together.isEmpty() ? "no" : "YES",
        stage.verdict().map(v -> v.state()).orElse("no status"));
    together.stream()
        .limit(20)
        .forEach(
            t ->
                timeline.say(
                    "  two writable: %s; %s is %s, %s is %s",
                    t,
                    t.one().address(),
                    eyes.podAt(t.one().address()),
                    t.other().address(),
                    eyes.podAt(t.other().address())));
    assertThat(together)
        .as("two writable at once, seed %d round %d", seed, round.number())
        .isEmpty();
    assertThat(lost).as("lost rows, seed %d round %d", seed, round.number()).isEmpty();
    assertThat(wrong).as("seed %d round %d", seed, round.number()).isEmpty();
    differences(round);
  }

  /** Every standby comes to hold what the primary holds. */
  private void differences(ChaosRound round) throws Exception {
    var to = clients.stream().mapToInt(ChaosClient::highest).min().orElseThrow();
    var query =
        "select " + String.join(" || ' ' || ", clients.stream().map(c -> sum(c, to)).toList());
    var primary = Databases.query(stage.at(health.primary(), password), query);
    for (var pod : stage.shop().instances(Shop.ORDERS)) {
      var end = System.nanoTime() + 20_000_000_000L;
      List<String> there;
      do {
        there = Databases.query(stage.at(pod, password), query);
        if (!there.equals(primary)) Thread.sleep(200);
      } while (!there.equals(primary) && System.nanoTime() < end);
      assertThat(there)
          .as("%s, seed %d round %d", pod.getMetadata().getName(), seed, round.number())
          .isEqualTo(primary);
    }
  }

  private static String sum(ChaosClient client, int to) {
    return "(select count(*) || '/' || coalesce(sum(id), 0) from %s where id <= %d)"
        .formatted(client.table(), to);
  }

  private List<String> lost(boolean all) throws SQLException {
    var primary = stage.at(health.primary(), password);
    var lost = new ArrayList<String>();
    for (var client : clients)
      client.lost(primary, all).forEach(id -> lost.add(client.name() + ":" + id));
    return lost;
  }

  private boolean clientsWrite() {
    return clients.stream().allMatch(ChaosClient::writes);
  }

  /** To the next node: what a client sees there is what counts. */
  private void moveClientsAway(String node) {
    var next = "node-" + (Integer.parseInt(node.substring("node-".length())) % 3 + 1);
    for (var client : clients) if (client.node().equals(node)) client.moveTo(next);
    sleepUntil(System.nanoTime() + 300_000_000L);
  }

  private void push(Push push) {
    pushes.add(push);
    var times = pushes.stream().filter(push::equals).count();
    switch (push) {
      case IMAGE -> {
        var images = List.of(WHERE.postgresImage(), WHERE.nextPostgresImage());
        var now = stage.forge().read(Shop.ORDERS_FILE).contains(images.get(1) + "\n") ? 1 : 0;
        stage
            .forge()
            .edit(
                Shop.ORDERS_FILE,
                "image: " + images.get(now) + "\n",
                "image: " + images.get(1 - now) + "\n");
      }
      case SETTING_THAT_NEEDS_A_RESTART ->
          // Up and down again: down is done in place.
          replaceLine("max_connections:", "max_connections: \"" + (200 + times % 3 * 10) + "\"");
      case SETTING_THAT_IS_RELOADED -> replaceLine("work_mem:", "work_mem: " + (4 + times) + "MB");
    }
    stage.push("Round: " + push.name().toLowerCase().replace('_', ' '));
  }

  private void replaceLine(String key, String line) {
    var text = stage.forge().read(Shop.ORDERS_FILE);
    stage.forge().write(Shop.ORDERS_FILE, text.replaceAll("(?m)" + key + ".*$", line));
  }

  private static void sleepUntil(long nanos) {
    try {
      Thread.sleep(Duration.ofNanos(Math.max(0, nanos - System.nanoTime())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String text(Map<String, Duration> gaps) {
    var text = new StringBuilder();
    gaps.forEach((name, gap) -> text.append("%s %.2f s ".formatted(name, gap.toMillis() / 1000.0)));
    return text.toString().strip();
  }
}
