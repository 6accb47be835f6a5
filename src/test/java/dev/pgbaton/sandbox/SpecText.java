package dev.pgbaton.sandbox;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The file that the simulated team edits. */
final class SpecText {
  int instances = 3;
  int synchronous;
  int pgpool;
  String failover = "fast";
  String maxReplicaLag = "1Mi";
  String tag = "17.1";
  final SortedMap<String, String> parameters = new TreeMap<>();
  String broken = "";

  String yaml() {
    return """
        apiVersion: pgbaton.dev/v1alpha1
        kind: PostgresCluster
        metadata: {name: orders, namespace: shop}
        spec:
          instances: %d
          image: registry.example.com/pgbaton/postgres:%s
          storage: {size: 10Gi}
          replication: {synchronousStandbys: %d}
          failover: %s
          rollout: {maxReplicaLag: %s, instanceTimeout: 60s}
        %s%s%s"""
        .formatted(
            instances, tag, synchronous, failover, maxReplicaLag, parameters(), pgpool(), broken);
  }

  private String parameters() {
    if (parameters.isEmpty()) return "";
    return parameters.entrySet().stream()
        .map(e -> "%s: \"%s\"".formatted(e.getKey(), e.getValue()))
        .collect(Collectors.joining(", ", "  postgresql: {parameters: {", "}}\n"));
  }

  private String pgpool() {
    return pgpool == 0
        ? ""
        : "  pgpool: {instances: %d, image: registry.example.com/pgbaton/pgpool:4.6}\n"
            .formatted(pgpool);
  }
}
