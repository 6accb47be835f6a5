package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.spec.ClusterSpec;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import java.util.TreeMap;

/**
 * Settings. What is only read at a start is immutable and named by its content: a pod that restarts
 * finds what it had.
 */
final class ConfigMaps {
  static final String INSTANCES = "instances";
  static final String SYNCHRONOUS_STANDBYS = "synchronous-standbys";
  static final String FAILOVER = "failover";

  private ConfigMaps() {}

  static String restartName(ClusterLayout layout, PostgresSettings settings) {
    return layout.statefulSet() + "-restart-" + ContentHash.of(settings.restartConf());
  }

  static String reloadName(ClusterLayout layout) {
    return layout.statefulSet() + "-reload";
  }

  static String pgpoolName(ClusterLayout layout, String conf) {
    return layout.pgpoolDeployment().orElseThrow() + "-" + ContentHash.of(conf);
  }

  static ConfigMap restart(ClusterLayout layout, Labels labels, PostgresSettings settings) {
    return new ConfigMapBuilder()
        .withMetadata(
            Metadata.of(
                layout, restartName(layout, settings), labels.object(Labels.Component.postgresql)))
        .withImmutable(true)
        .withData(Map.of("restart.conf", settings.restartConf()))
        .build();
  }

  /**
   * How many instances there are and how soon they fail over stands here too: no reason to restart
   * any of them.
   */
  static ConfigMap reload(
      ClusterSpec spec, ClusterLayout layout, Labels labels, PostgresSettings settings) {
    var data = new TreeMap<String, String>();
    data.put("reload.conf", settings.reloadConf());
    settings.rules().ifPresent(rules -> data.put(Names.ACCESS_FILE, rules));
    data.put("reload.hash", settings.reloadHash());
    data.put(INSTANCES, Integer.toString(spec.instances()));
    data.put(SYNCHRONOUS_STANDBYS, Integer.toString(spec.synchronousStandbys()));
    data.put(FAILOVER, spec.failover().name());
    return new ConfigMapBuilder()
        .withMetadata(
            Metadata.of(layout, reloadName(layout), labels.object(Labels.Component.postgresql)))
        .withData(data)
        .build();
  }

  static ConfigMap pgpool(ClusterLayout layout, Labels labels, String conf) {
    return new ConfigMapBuilder()
        .withMetadata(
            Metadata.of(layout, pgpoolName(layout, conf), labels.object(Labels.Component.pgpool)))
        .withImmutable(true)
        .withData(Map.of("pgpool.conf", conf))
        .build();
  }
}
