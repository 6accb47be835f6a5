package dev.pgbaton.desired;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PostgresSettingsTest {
  @Test
  void aSynchronousClusterNamesAllItsInstances() {
    assertThat(Specs.cluster("  replication: {synchronousStandbys: 2}").settings())
        .containsEntry(
            "synchronous_standby_names", "ANY 2 (\"orders-0\", \"orders-1\", \"orders-2\")");
  }

  @Test
  void anAsynchronousClusterWaitsForNobody() {
    assertThat(Specs.cluster().settings()).containsEntry("synchronous_standby_names", "");
  }

  @Test
  void whatAPersonPreloadsComesAfterRepmgr() {
    assertThat(
            Specs.cluster(
                    "  postgresql: {parameters: {shared_preload_libraries: 'pg_stat_statements, repmgr,auto_explain'}}")
                .settings())
        .containsEntry("shared_preload_libraries", "repmgr,pg_stat_statements,auto_explain");
  }

  @Test
  void settingsAreAsPostgresqlShowsThem() {
    assertThat(
            Specs.cluster(
                    "  postgresql: {parameters: {shared_buffers: 256MB, jit: 'no', wal_keep_size: 1GB}}")
                .settings())
        .containsEntry("shared_buffers", "32768")
        .containsEntry("jit", "off")
        .containsEntry("wal_keep_size", "1024");
  }

  @Test
  void valuesAreQuotedSoThatTheyArriveAsWritten() {
    var cluster = Specs.cluster("  postgresql: {parameters: {log_line_prefix: '%m it''s \\ '}}");
    var reload =
        (ConfigMap) cluster.get(cluster.layout().key("ConfigMap", "orders-reload")).object();

    assertThat(reload.getData().get("reload.conf"))
        .contains("log_line_prefix = '%m it''s \\\\ '\n");
  }

  @Test
  void thePreStopHookEndsBeforeItsPodIsKilled() {
    var cluster = Specs.cluster();
    var grace =
        cluster.statefulSet().getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds();

    assertThat(cluster.layout().capabilities().hookBudget()).isLessThan(Duration.ofSeconds(grace));
  }
}
