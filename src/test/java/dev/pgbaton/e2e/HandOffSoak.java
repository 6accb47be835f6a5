package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Names;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * A hundred planned handoffs in a row, each as soon as the cluster is well after the last. They are
 * asked for as the daemon asks for them. Not part of CI; docs/chaos.md says how it is run.
 */
class HandOffSoak {
  private static final Surroundings WHERE = Surroundings.fromEnvironment();
  private static final Duration HEALTHY = WHERE.patience(Duration.ofSeconds(60));

  private final int handOffs = Integer.getInteger("pgbaton.soak.handoffs", 100);
  private final Duration limit =
      Duration.ofMinutes(Integer.getInteger("pgbaton.soak.minutes", 600));

  private Path directory;
  private Timeline timeline;
  private Stage stage;
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
          () -> "everything in " + directory + "\n" + stage.statuses());

  @BeforeEach
  void raiseTheCurtain() throws Exception {
    directory =
        Files.createDirectories(
            Path.of(
                System.getProperty("pgbaton.chaos.directory", "target/chaos"),
                DateTimeFormatter.ofPattern("MMdd-HHmmss").format(LocalDateTime.now())
                    + "-handoffs"));
    timeline = new Timeline(directory);
    logs =
        new LogKeeper(
            Machine.fromEnvironment().nodes(), WHERE.namespace(), directory.resolve("logs"));
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
    clients.forEach(ChaosClient::close);
    if (eyes != null) eyes.close();
    if (lease != null) lease.close();
    if (stage != null) stage.close();
    logs.close();
  }

  @Test
  void aHundredInARowLoseNothing() throws Exception {
    var begun = System.nanoTime();
    assertThat(health.await(HEALTHY, this::clientsWrite)).isEmpty();
    eyes.take();
    clients.forEach(ChaosClient::take);
    var gaps = new TreeMap<String, List<Duration>>();
    var refused = 0;
    var done = 0;
    for (var number = 1; number <= handOffs; number++) {
      if (System.nanoTime() - begun > limit.toNanos()) break;
      if (handOff(number, gaps)) done++;
      else refused++;
    }
    clients.forEach(ChaosClient::close);
    var primary = stage.at(health.primary(), password);
    var lost = new ArrayList<Integer>();
    for (var client : clients) lost.addAll(client.lost(primary, true));
    timeline.say(
        "handoffs=%d refused=%d lost=%d two_writable=0 rows=%d %s",
        done,
        refused,
        lost.size(),
        clients.stream().mapToInt(ChaosClient::count).sum(),
        text(gaps));
    assertThat(lost).as("acknowledged rows that are lost").isEmpty();
    assertThat(refused).as("handoffs that were refused").isZero();
  }

  private boolean handOff(int number, Map<String, List<Duration>> gaps) throws Exception {
    var from = health.holder();
    var names =
        stage.shop().instances(Shop.ORDERS).stream().map(p -> p.getMetadata().getName()).toList();
    var to = names.get((names.indexOf(from) + 1 + number % 2) % names.size());
    var asked = System.nanoTime();
    stage
        .kubernetes()
        .leases()
        .inNamespace(WHERE.namespace())
        .withName(Shop.ORDERS)
        .edit(
            l -> {
              l.getMetadata().getAnnotations().put(Names.HANDOFF_TO, to);
              return l;
            });
    var answered = false;
    while (!answered && System.nanoTime() - asked < HEALTHY.toNanos()) {
      Thread.sleep(20);
      answered = lease.annotation(Names.HANDOFF_TO).isEmpty() && !lease.holder().isEmpty();
    }
    var moved = lease.holder().equals(to);
    var wrong = health.await(HEALTHY, this::clientsWrite);
    var healthy = Duration.ofNanos(System.nanoTime() - asked);
    var looks = eyes.take();
    var together = WritableSpans.together(looks);
    var line = new StringBuilder();
    for (var client : clients) {
      var seen = client.take();
      if (moved) gaps.computeIfAbsent(client.name(), _ -> new ArrayList<>()).add(seen.longestGap());
      line.append(
          "%s %.2f s (%d failed) "
              .formatted(client.name(), seen.longestGap().toMillis() / 1000.0, seen.failures()));
    }
    var primary = stage.at(health.primary(), password);
    var lost = new ArrayList<Integer>();
    for (var client : clients) lost.addAll(client.lost(primary, false));
    timeline.note("writable: %s", WritableSpans.text(looks, eyes::podAt));
    timeline.say(
        "handoff %d: %s → %s%s | %s| %s after %.1f s | lost %d | two writable %s",
        number,
        from,
        to,
        moved ? "" : " REFUSED " + lease.annotation(Names.HANDOFF_REFUSED).orElse("without a word"),
        line,
        wrong.isEmpty() ? "healthy" : "NOT HEALTHY " + wrong,
        healthy.toMillis() / 1000.0,
        lost.size(),
        together.isEmpty() ? "no" : "YES " + together);
    assertThat(together).as("two writable at once").isEmpty();
    assertThat(lost).as("lost rows").isEmpty();
    assertThat(wrong).as("what is not well").isEmpty();
    return moved;
  }

  private boolean clientsWrite() {
    return clients.stream().allMatch(ChaosClient::writes);
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
