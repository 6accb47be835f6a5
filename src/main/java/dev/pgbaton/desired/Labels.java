package dev.pgbaton.desired;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.spec.ClusterSpec;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The labels of one cluster's objects. Nobody's own label replaces one of pgbaton's: informers and
 * selectors count on them.
 */
record Labels(
    String cluster, Map<String, String> own, Map<Component, Map<String, String>> keptSelectors) {
  Labels(String cluster, Map<String, String> own) {
    this(cluster, own, Map.of());
  }

  static Labels of(ClusterSpec spec) {
    var kept = new EnumMap<Component, Map<String, String>>(Component.class);
    spec.takenOver()
        .ifPresent(
            it -> {
              kept.put(Component.postgresql, it.selector());
              it.pgpool().ifPresent(pgpool -> kept.put(Component.pgpool, pgpool.selector()));
            });
    return new Labels(spec.id().name(), spec.labels(), kept);
  }

  enum Component {
    postgresql,
    pgpool
  }

  /** For an object; a person's labels are on it too. */
  Map<String, String> object(Component component) {
    var labels = new TreeMap<>(own);
    labels.putAll(pgbatons(component));
    return labels;
  }

  /**
   * For a pod or a claim: a person's labels are not on these, since every change of one would
   * restart PostgreSQL.
   */
  Map<String, String> pod(Component component) {
    var labels = pgbatons(component);
    labels.putAll(selector(component));
    return labels;
  }

  private TreeMap<String, String> pgbatons(Component component) {
    var labels = new TreeMap<>(own(component));
    labels.put("app.kubernetes.io/name", component.name());
    labels.put("app.kubernetes.io/instance", cluster);
    labels.put(Names.MANAGED_BY_LABEL, Names.MANAGER);
    return labels;
  }

  /** As few as tell the pods apart: selectors can't be changed later. */
  Map<String, String> selector(Component component) {
    return new TreeMap<>(keptSelectors.getOrDefault(component, own(component)));
  }

  private Map<String, String> own(Component component) {
    return Map.of(Names.CLUSTER_LABEL, cluster, Names.COMPONENT_LABEL, component.name());
  }
}
