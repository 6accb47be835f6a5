package dev.pgbaton.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import org.junit.jupiter.api.Test;

class DriftTest {
  private static ConfigMap settings(String text) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName("orders-reload")
        .addToLabels("app.kubernetes.io/managed-by", "pgbaton")
        .endMetadata()
        .addToData("reload.conf", text)
        .build();
  }

  @Test
  void aChangedFileIsToldByItsChangedLines() {
    var wanted = settings("log_statement = 'ddl'\nwork_mem = '9MB'\n");

    assertThat(Drift.difference(wanted, settings("log_statement = 'ddl'\nwork_mem = '8MB'\n")))
        .contains("data.reload.conf work_mem = '8MB' → work_mem = '9MB'");
    assertThat(Drift.difference(wanted, settings("log_statement = 'ddl'\n")))
        .contains("data.reload.conf nothing → work_mem = '9MB'");
  }

  @Test
  void ofWhatOthersWroteOnlyThePlaceIsToldBecauseAnyValueMayBeAPassword() {
    var theirs = map("password=new");

    assertThat(Drift.difference(theirs, map("password=old"))).contains("data.settings differs");
  }

  private static ConfigMap map(String text) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName("theirs")
        .endMetadata()
        .addToData("settings", text)
        .build();
  }
}
