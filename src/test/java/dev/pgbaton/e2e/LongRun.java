package dev.pgbaton.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A cluster with two clients who write, watched on every instance, everything written down: what
 * the long tests have in common.
 */
final class LongRun implements BeforeEachCallback, AfterEachCallback {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MMdd-HHmmss");

  private final Surroundings where;
  private final String name;
  private Path directory;
  private Timeline timeline;
  private Machine machine;
  private LogKeeper logs;
  private Stage stage;
  private String password;
  private LeaseWatch lease;
  private Health health;
  private Eyes eyes;
  private List<ChaosClient> clients = List.of();

  LongRun(Surroundings where, String name) {
    this.where = where;
    this.name = name;
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    var parent = Path.of(System.getProperty("pgbaton.chaos.directory", "target/chaos"));
    directory =
        Files.createDirectories(parent.resolve(TIME.format(LocalDateTime.now()) + "-" + name));
    timeline = new Timeline(directory);
    machine = Machine.fromEnvironment();
    logs = new LogKeeper(machine.nodes(), where.namespace(), directory.resolve("logs"));
    stage = new Stage(where, directory);
    password = stage.shop().password(Shop.ORDERS);
    lease = new LeaseWatch(stage.kubernetes(), where.namespace(), Shop.ORDERS, timeline);
    health = new Health(stage, where, password, timeline);
    health.prepare();
    eyes = new Eyes(stage::knownInstances, password, timeline);
    clients =
        List.of(
            new ChaosClient("pgpool", stage.shop().throughPgpool(), "node-1", timeline),
            new ChaosClient("primary", stage.shop().throughPrimaryService(), "node-1", timeline));
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    if (machine != null) machine.restore();
    context.getExecutionException().ifPresent(this::tell);
    clients.forEach(ChaosClient::close);
    if (eyes != null) eyes.close();
    if (lease != null) lease.close();
    if (stage != null) stage.close();
    if (logs != null) logs.close();
  }

  void tell(Throwable cause) {
    if (stage == null) return;
    timeline.note("failed: %s", cause.getMessage());
    new Diagnostics(() -> stage.kubernetes(), where, () -> stage.statuses()).show(name, cause);
    System.out.println("##### everything is in " + directory.toAbsolutePath());
  }

  Timeline timeline() {
    return timeline;
  }

  Path directory() {
    return directory;
  }

  Machine machine() {
    return machine;
  }

  Stage stage() {
    return stage;
  }

  LeaseWatch lease() {
    return lease;
  }

  Health health() {
    return health;
  }

  Eyes eyes() {
    return eyes;
  }

  List<ChaosClient> clients() {
    return clients;
  }

  int rows() {
    return clients.stream().mapToInt(ChaosClient::count).sum();
  }

  boolean clientsWrite() {
    return clients.stream().allMatch(ChaosClient::writes);
  }

  /** What is seen from here on counts; until then it was the beginning. */
  void begin() {
    eyes.take();
    clients.forEach(ChaosClient::take);
  }

  /**
   * @param all from the first row on, not only since the last look
   */
  List<String> lostRows(boolean all) throws SQLException {
    var primary = stage.at(health.primary(), password);
    var lost = new ArrayList<String>();
    for (var client : clients)
      client.lost(primary, all).forEach(id -> lost.add(client.name() + ":" + id));
    return lost;
  }

  /**
   * Every standby comes to hold what the primary holds.
   *
   * @return where that is not so
   */
  List<String> differences() throws SQLException, InterruptedException {
    var query =
        "select "
            + String.join(
                " || ' ' || ",
                clients.stream()
                    .map(
                        c ->
                            "(select count(*) || '/' || coalesce(sum(id), 0) from %s where id <= %d)"
                                .formatted(c.table(), c.highest()))
                    .toList());
    var primary = Databases.query(stage.at(health.primary(), password), query);
    var different = new ArrayList<String>();
    for (var pod : stage.shop().instances(Shop.ORDERS)) {
      var end = System.nanoTime() + 20_000_000_000L;
      var there = Databases.query(stage.at(pod, password), query);
      while (!there.equals(primary) && System.nanoTime() < end) {
        Thread.sleep(200);
        there = Databases.query(stage.at(pod, password), query);
      }
      if (!there.equals(primary))
        different.add(
            "%s has %s, the primary %s".formatted(pod.getMetadata().getName(), there, primary));
    }
    return different;
  }

  static String text(Map<String, Duration> gaps) {
    var text = new StringBuilder();
    gaps.forEach((name, gap) -> text.append("%s %.2f s ".formatted(name, gap.toMillis() / 1000.0)));
    return text.toString().strip();
  }
}
