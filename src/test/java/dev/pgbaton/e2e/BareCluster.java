package dev.pgbaton.e2e;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postgresql.ds.PGSimpleDataSource;

/** A cluster's objects without a daemon that would put right what a test puts wrong. */
final class BareCluster {
  private static final String PASSWORD = "of-a-test";
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KubernetesClient kubernetes;
  private final Surroundings where;
  private final Machine machine;
  private final String namespace;
  private final String name;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  BareCluster(
      KubernetesClient kubernetes,
      Surroundings where,
      Machine machine,
      String namespace,
      String name) {
    this.kubernetes = kubernetes;
    this.where = where;
    this.machine = machine;
    this.namespace = namespace;
    this.name = name;
  }

  static void namespace(KubernetesClient kubernetes, String name) {
    kubernetes
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
  }

  static void removeNamespace(KubernetesClient kubernetes, String name) {
    kubernetes.namespaces().withName(name).delete();
    await("the namespace is gone")
        .atMost(Duration.ofMinutes(3))
        .until(() -> kubernetes.namespaces().withName(name).get() == null);
  }

  void create(String spec) {
    var text = spec.replace("spec:\n", Shop.SUPERUSER_EVERYWHERE);
    var parsed =
        SpecParser.parse(
            List.of(new SpecFile("spec.yaml", "0", text.getBytes(StandardCharsets.UTF_8))));
    var desired = DesiredClusters.of((ParsedSpec.Valid) parsed.clusters().firstEntry().getValue());
    for (var object : desired.objects()) {
      if (object.object() instanceof Namespace) continue;
      if (object.object() instanceof Secret secret)
        secret.setStringData(
            Map.of(
                Names.SUPERUSER_PASSWORD, PASSWORD,
                Names.REPMGR_PASSWORD, PASSWORD,
                Names.MONITOR_PASSWORD, PASSWORD));
      kubernetes.resource(object.object()).create();
    }
  }

  String pod(int ordinal) {
    return name + "-" + ordinal;
  }

  Optional<Pod> find(String pod) {
    return Optional.ofNullable(kubernetes.pods().inNamespace(namespace).withName(pod).get());
  }

  long ready() {
    return kubernetes
        .pods()
        .inNamespace(namespace)
        .withLabel(Names.CLUSTER_LABEL, name)
        .list()
        .getItems()
        .stream()
        .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
        .filter(Readiness.getInstance()::isReady)
        .count();
  }

  PGSimpleDataSource at(String pod) {
    return Databases.at(address(pod), Names.POSTGRES_PORT, "postgres", PASSWORD);
  }

  private String address(String pod) {
    return find(pod).map(p -> p.getStatus().getPodIP()).orElse("127.0.0.1");
  }

  /** The first column; empty rows and statements that have none give nothing. */
  List<String> sql(String pod, String... statements) throws SQLException {
    return in("postgres", pod, statements);
  }

  List<String> in(String databaseName, String pod, String... statements) throws SQLException {
    var values = new ArrayList<String>();
    var database = at(pod);
    database.setDatabaseName(databaseName);
    database.setSocketTimeout(20);
    try (var connection = database.getConnection();
        var statement = connection.createStatement()) {
      for (var sql : statements)
        if (statement.execute(sql)) {
          var rows = statement.getResultSet();
          while (rows.next()) values.add(rows.getString(1));
        }
    }
    return values;
  }

  boolean writable(String pod) {
    try {
      return sql(pod, "select pg_is_in_recovery()").equals(List.of("f"));
    } catch (SQLException e) {
      return false;
    }
  }

  /** {@code /status}; missing where it doesn't answer. */
  JsonNode status(String pod) {
    try {
      var request =
          HttpRequest.newBuilder(
                  URI.create("http://%s:%d/status".formatted(address(pod), Names.STATUS_PORT)))
              .timeout(PATIENCE)
              .build();
      return JSON.readTree(http.send(request, BodyHandlers.ofString()).body());
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    } catch (IOException e) {
      return JSON.missingNode();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return JSON.missingNode();
    }
  }

  boolean streamsFrom(String pod, String primary) {
    var status = status(pod);
    return status.path("ready").asBoolean()
        && status.path("streamingFrom").asText().equals(primary);
  }

  Lease lease() {
    return kubernetes.leases().inNamespace(namespace).withName(name).get();
  }

  String holder() {
    return Optional.ofNullable(lease().getSpec().getHolderIdentity()).orElse("");
  }

  void askToHandOffTo(String pod) {
    HandOffRequest.write(kubernetes, namespace, name, pod);
  }

  void scale(int instances) {
    kubernetes.apps().statefulSets().inNamespace(namespace).withName(name).scale(instances);
  }

  /** Without a hook or a signal that could be answered, as if the power went. */
  void cutPower() {
    for (var ordinal = 0; ordinal < 3; ordinal++)
      kubernetes.pods().inNamespace(namespace).withName(pod(ordinal)).withGracePeriod(0).delete();
  }

  String exec(String pod, String... command) {
    var all = new ArrayList<>(List.of("-n", namespace, "exec", pod, "-c", "postgresql", "--"));
    all.addAll(List.of(command));
    return Shell.run(where.kubectl(), all.toArray(String[]::new));
  }

  /** Also of the container that ran before, as long as there is one. */
  String log(String pod) {
    String before;
    try {
      before = log(pod, "--previous");
    } catch (Shell.Failed e) {
      // Nothing ran before, or what did is removed while the one after it is being replaced.
      before = "";
    }
    return before + log(pod, "--previous=false");
  }

  private String log(String pod, String which) {
    return Shell.run(where.kubectl(), "-n", namespace, "logs", pod, which, "--tail=400");
  }

  List<Long> processes(String pod, String words) {
    return machine.processes(
        find(pod).orElseThrow().getMetadata().getUid(), command -> command.contains(words));
  }

  /** Everything but PostgreSQL itself, which runs on without anybody who looks after it. */
  List<Long> program(String pod) {
    return machine.processes(
        find(pod).orElseThrow().getMetadata().getUid(),
        command -> !command.contains("/bin/postgres ") && !command.startsWith("postgres: "));
  }

  /**
   * All but the sessions that are there: nobody looks after them, and nothing is sent to standbys.
   */
  List<Long> allButSessions(String pod) {
    var all = new ArrayList<>(program(pod));
    all.addAll(processes(pod, "/bin/postgres "));
    // Before it stands the cluster_name.
    all.addAll(processes(pod, ": walsender "));
    return all;
  }

  /** Process 1 and with it all others, at once. */
  void killContainer(String pod) {
    machine.kill(processes(pod, "tini"));
  }
}
