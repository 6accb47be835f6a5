package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.spec.PgpoolSpec;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * pgpool.conf: two backends that are Services, which always lead to the right instance. So pgpool
 * never fails over by itself, and checks nothing: whatever it could find out, the Lease's holder
 * knew before.
 */
final class PgpoolConf {
  /** What a person may set otherwise. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "num_init_children", "32",
          "max_pool", "1",
          // A cached connection could lead to the old primary.
          "connection_cache", "off",
          // pgpool's own ten seconds outlast a failover: clients would still wait for a lost node.
          "connect_timeout", "2000",
          "load_balance_mode", "on",
          "disable_load_balance_on_write", "transaction");

  private PgpoolConf() {}

  static String of(PgpoolSpec pgpool, ClusterLayout layout, boolean certificate) {
    var values = new TreeMap<>(DEFAULTS);
    values.putAll(pgpool.parameters());
    values.putAll(
        Map.ofEntries(
            Map.entry("backend_clustering_mode", "streaming_replication"),
            Map.entry("listen_addresses", "*"),
            Map.entry("port", Integer.toString(Names.POSTGRES_PORT)),
            Map.entry("backend_hostname0", layout.primaryService()),
            Map.entry("backend_port0", Integer.toString(Names.POSTGRES_PORT)),
            Map.entry("backend_weight0", "1"),
            Map.entry("backend_flag0", "ALWAYS_PRIMARY|DISALLOW_TO_FAILOVER"),
            Map.entry("failover_on_backend_error", "off"),
            Map.entry("failover_on_backend_shutdown", "off"),
            Map.entry("health_check_period", "0"),
            Map.entry("sr_check_period", "0"),
            Map.entry("use_watchdog", "off")));
    if (certificate)
      values.putAll(
          Map.of(
              "ssl", "on",
              "ssl_cert", Certificates.PATH + "/tls.crt",
              "ssl_key", Certificates.PATH + "/tls.key"));
    // A single instance is its own replicas' route: it would only take every session two
    // connections.
    if (layout.instances() > 1) {
      values.putAll(
          Map.of(
              "backend_hostname1",
              layout.replicasService(),
              "backend_port1",
              Integer.toString(Names.POSTGRES_PORT),
              "backend_weight1",
              "1",
              "backend_flag1",
              "DISALLOW_TO_FAILOVER"));
    }
    return values.entrySet().stream()
        .map(
            setting ->
                "%s = '%s'\n".formatted(setting.getKey(), setting.getValue().replace("'", "''")))
        .collect(Collectors.joining());
  }
}
