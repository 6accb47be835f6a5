package dev.pgbaton.e2e;

import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A cluster of somebody's own manifests, seen from outside.
 *
 * @param secret where the superuser's password is, under {@code key}
 * @param service the clients' way, through pgpool where there is one
 */
record Owned(
    KubernetesClient kubernetes,
    String namespace,
    String set,
    String secret,
    String key,
    String service) {

  /** As its own controller has them, whatever labels they have. */
  List<Pod> instances() {
    return kubernetes.pods().inNamespace(namespace).list().getItems().stream()
        .filter(
            pod ->
                pod.getMetadata().getOwnerReferences().stream()
                    .anyMatch(o -> o.getKind().equals("StatefulSet") && o.getName().equals(set)))
        .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
        .toList();
  }

  long ready() {
    return instances().stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(Readiness.getInstance()::isReady)
        .count();
  }

  Map<String, String> uids() {
    return instances().stream()
        .collect(Collectors.toMap(p -> p.getMetadata().getName(), p -> p.getMetadata().getUid()));
  }

  int restarts() {
    return instances().stream()
        .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
        .mapToInt(ContainerStatus::getRestartCount)
        .sum();
  }

  /** Each claim's UID, by its name. */
  Map<String, String> claims() {
    return kubernetes.persistentVolumeClaims().inNamespace(namespace).list().getItems().stream()
        .collect(Collectors.toMap(c -> c.getMetadata().getName(), c -> c.getMetadata().getUid()));
  }

  List<String> images() {
    return instances().stream()
        .map(pod -> pod.getSpec().getContainers().getFirst().getImage())
        .distinct()
        .toList();
  }

  StatefulSet statefulSet() {
    return kubernetes.apps().statefulSets().inNamespace(namespace).withName(set).get();
  }

  String password() {
    return Daemon.secret(kubernetes, namespace, secret, key);
  }

  PGSimpleDataSource clientsWay() {
    var found = kubernetes.services().inNamespace(namespace).withName(service).get();
    return at(found.getSpec().getClusterIP());
  }

  private PGSimpleDataSource at(String address) {
    return Databases.at(address, Names.POSTGRES_PORT, "postgres", password());
  }

  /** The name of the instance that is writable. */
  String primary() throws SQLException {
    return writable().getMetadata().getName();
  }

  /** Past whatever is in front of it: a pgpool that was replaced a moment ago turns some away. */
  PGSimpleDataSource atThePrimary() throws SQLException {
    return at(writable().getStatus().getPodIP());
  }

  private Pod writable() throws SQLException {
    return instances().stream()
        .filter(pod -> pod.getStatus().getPodIP() != null)
        .filter(pod -> Objects.equals(answer(pod, "select pg_is_in_recovery()"), List.of("f")))
        .findFirst()
        .orElseThrow(() -> new SQLException("no instance is writable"));
  }

  /** Who streams from the primary, as PostgreSQL says it. */
  List<String> streaming() throws SQLException {
    var primary = primary();
    return instances().stream()
        .filter(pod -> pod.getMetadata().getName().equals(primary))
        .flatMap(
            pod ->
                answer(
                    pod,
                    "select application_name from pg_stat_replication where state = 'streaming'")
                    .stream())
        .toList();
  }

  private List<String> answer(Pod pod, String sql) {
    try {
      return Databases.query(at(pod.getStatus().getPodIP()), sql);
    } catch (SQLException e) {
      return List.of();
    }
  }
}
