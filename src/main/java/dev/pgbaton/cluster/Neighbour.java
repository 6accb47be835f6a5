package dev.pgbaton.cluster;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Other operators of PostgreSQL: what is theirs is left alone. */
public enum Neighbour {
  CLOUD_NATIVE_PG("CloudNativePG", "postgresql.cnpg.io", "cnpg.io/cluster", Map.of()),
  /** It sets no owner on what it makes, unless it is told to. */
  ZALANDO(
      "the Zalando postgres-operator",
      "acid.zalan.do",
      "cluster-name",
      Map.of("application", "spilo")),
  CRUNCHY(
      "Crunchy PGO",
      "postgres-operator.crunchydata.com",
      "postgres-operator.crunchydata.com/cluster",
      Map.of());

  private final String shown;
  private final String group;
  private final String clusterLabel;
  private final Map<String, String> labels;

  Neighbour(String shown, String group, String clusterLabel, Map<String, String> labels) {
    this.shown = shown;
    this.group = group;
    this.clusterLabel = clusterLabel;
    this.labels = labels;
  }

  /** Whose kind this is. */
  public static Optional<Neighbour> ofKind(String apiVersion) {
    return Arrays.stream(values()).filter(n -> apiVersion.startsWith(n.group + "/")).findFirst();
  }

  /** Whose object this is. */
  public static Optional<Neighbour> ofLabels(Map<String, String> labels) {
    if (labels == null) return Optional.empty();
    return Arrays.stream(values())
        .filter(n -> labels.containsKey(n.clusterLabel))
        .filter(n -> labels.entrySet().containsAll(n.labels.entrySet()))
        .findFirst();
  }

  /** For a person. */
  @Override
  public String toString() {
    return shown;
  }
}
