package dev.pgbaton.e2e;

import static dev.pgbaton.e2e.Shop.ORDERS;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/** Is the cluster as it shall be? Every instance and every pgpool is asked. */
final class Health {
  private final Stage stage;
  private final Surroundings where;
  private final String password;
  private final Timeline timeline;

  Health(Stage stage, Surroundings where, String password, Timeline timeline) {
    this.stage = stage;
    this.where = where;
    this.password = password;
    this.timeline = timeline;
  }

  /**
   * Waits until nothing is wrong any more.
   *
   * @param clients whether they write
   * @return what is still wrong after that time; nothing if it is well
   */
  List<String> await(Duration atMost, BooleanSupplier clients) throws InterruptedException {
    var end = System.nanoTime() + atMost.toNanos();
    var before = List.<String>of();
    while (true) {
      var wrong = new ArrayList<>(wrong());
      if (!clients.getAsBoolean()) wrong.add("a client does not get its rows in");
      if (!wrong.equals(before)) timeline.note("health: %s", wrong.isEmpty() ? "well" : wrong);
      before = wrong;
      if (wrong.isEmpty() || System.nanoTime() > end) return wrong;
      Thread.sleep(250);
    }
  }

  List<String> wrong() {
    var wrong = new ArrayList<String>();
    try {
      pods(wrong);
      if (wrong.isEmpty()) databases(wrong);
      if (wrong.isEmpty()) pgpools(wrong);
      if (wrong.isEmpty() && stage.verdict().isEmpty()) wrong.add("the commit's status is pending");
    } catch (KubernetesClientException | SQLException | IllegalStateException e) {
      wrong.add(e.getMessage().lines().findFirst().orElse(e.toString()));
    }
    return wrong;
  }

  /** The instance that the Lease names. */
  Pod primary() {
    var holder = holder();
    return stage.shop().instances(ORDERS).stream()
        .filter(p -> p.getMetadata().getName().equals(holder))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no pod " + holder));
  }

  String holder() {
    var lease = stage.kubernetes().leases().inNamespace(where.namespace()).withName(ORDERS).get();
    return Objects.requireNonNullElse(lease.getSpec().getHolderIdentity(), "");
  }

  private void pods(List<String> wrong) {
    var instances = stage.shop().instances(ORDERS);
    if (instances.size() != Stage.INSTANCES) wrong.add(instances.size() + " instances");
    for (var pod : instances) {
      var name = pod.getMetadata().getName();
      if (pod.getMetadata().getDeletionTimestamp() != null) wrong.add(name + " is ending");
      else if (!Readiness.getInstance().isReady(pod)) wrong.add(name + " is not Ready");
    }
  }

  private void databases(List<String> wrong) throws SQLException {
    var holder = holder();
    var streaming = List.<String>of();
    var others = new ArrayList<String>();
    for (var pod : stage.shop().instances(ORDERS)) {
      var name = pod.getMetadata().getName();
      var database = stage.at(pod, password);
      var writable = Databases.query(database, "select pg_is_in_recovery()").equals(List.of("f"));
      if (writable != name.equals(holder))
        wrong.add(
            "%s is %s, the Lease is %s's"
                .formatted(name, writable ? "writable" : "a standby", holder));
      if (!name.equals(holder)) others.add(name);
      else
        streaming =
            Databases.query(
                database,
                "select application_name from pg_stat_replication where state = 'streaming' order by 1");
    }
    if (!streaming.equals(others)) wrong.add("streaming are " + streaming + " of " + others);
  }

  /** Each of them leads writes to the primary, which is what clients see. */
  private void pgpools(List<String> wrong) {
    var primary = primary().getStatus().getPodIP();
    for (var pgpool : pgpoolPods()) {
      var name = pgpool.getMetadata().getName();
      try {
        var reached = writesTo(pgpool);
        if (!reached.equals(primary)) wrong.add(name + " leads to " + reached);
      } catch (SQLException e) {
        wrong.add(name + ": " + e.getMessage().lines().findFirst().orElse(""));
      }
    }
  }

  List<Pod> pgpoolPods() {
    var pods =
        stage.knownPgpools().stream()
            .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
            .filter(Readiness.getInstance()::isReady)
            .toList();
    if (pods.size() < 2) throw new IllegalStateException(pods.size() + " pgpools are Ready");
    return pods;
  }

  /** The address of the server that a write through that pgpool reached. */
  String writesTo(Pod pgpool) throws SQLException {
    return Databases.query(
            stage.at(pgpool, password),
            "insert into chaos_route default values returning host(inet_server_addr())")
        .getFirst();
  }

  void prepare() throws SQLException {
    Databases.execute(
        stage.shop().throughPrimaryService(),
        "create table if not exists chaos_route (at timestamptz default now())");
  }
}
