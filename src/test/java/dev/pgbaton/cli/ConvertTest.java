package dev.pgbaton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.desired.OwnersClusters;
import dev.pgbaton.spec.ManifestLayout;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ConvertTest {
  private static final String FIXTURES = "src/test/resources/dev/pgbaton/desired/";
  private static final String TUTORIAL = FIXTURES + "tutorial";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void theSpecKeepsNamesPasswordsDataAndNodePorts() {
    assertThat(convert(TUTORIAL)).isZero();
    assertThat(out.toString())
        .contains("  name: postgres-sts\n")
        .contains("    headlessService: postgres-headless-svc\n")
        .contains("      superuserKey: postgresql-password\n")
        .contains("      directory: /bitnami/postgresql/data\n")
        .contains("    user: 1001\n")
        .contains("        nodePort: 32000\n")
        .doesNotContain("c3VwZXItZXhhbXBsZQ");
  }

  @Test
  void whatItCouldNotCarryOverAndWhatWouldChangeIsSaid() {
    convert(TUTORIAL);

    assertThat(err.toString())
        .contains(
            "#  - StatefulSet database/postgres-sts: the variable REPMGR_RECONNECT_ATTEMPTS = 3 (")
        .contains("#  - ConfigMap database/postgres-configmap (")
        .contains("): removed when the rollout is over\n")
        .contains("#  - Secret database/postgres-secrets (")
        .contains("new ServiceAccount database/postgres-sts\n")
        .contains("+++ StatefulSet database/postgres-sts\n")
        .doesNotContain("Lease ")
        .doesNotContain("variable POSTGRES_DB")
        .doesNotContain("c3VwZXItZXhhbXBsZQ");
  }

  /** Kubernetes would refuse the change of any of these. */
  @ParameterizedTest
  @ValueSource(strings = {"tutorial", "chart"})
  void ofTheStatefulSetNothingChangesThatCannot(String fixture) throws IOException {
    assertThat(convert(FIXTURES + fixture)).as(err.toString()).isZero();

    var now = manifests(FIXTURES + fixture).getSpec();
    var then = converted().getSpec();
    assertThat(then.getServiceName()).isEqualTo(now.getServiceName());
    assertThat(then.getSelector()).isEqualTo(now.getSelector());
    assertThat(then.getPodManagementPolicy())
        .isEqualTo(
            now.getPodManagementPolicy() == null ? "OrderedReady" : now.getPodManagementPolicy());
    assertThat(then.getTemplate().getMetadata().getLabels())
        .containsAllEntriesOf(now.getSelector().getMatchLabels());
    var claim = then.getVolumeClaimTemplates().getFirst();
    var before = now.getVolumeClaimTemplates().getFirst();
    assertThat(then.getVolumeClaimTemplates()).hasSameSizeAs(now.getVolumeClaimTemplates());
    assertThat(claim.getSpec()).isEqualTo(before.getSpec());
    assertThat(claim.getMetadata().getName()).isEqualTo(before.getMetadata().getName());
    var labels = before.getMetadata().getLabels();
    if (labels != null) assertThat(claim.getMetadata().getLabels()).isEqualTo(labels);
    else assertThat(claim.getMetadata().getLabels()).isEmpty();
  }

  @Test
  void whatKubernetesLetsNobodyChangeIsRefusedWithItsPlace(@TempDir Path directory)
      throws IOException {
    var file = "postgres-statefulset.yaml";
    var text = Files.readString(Path.of(TUTORIAL, "postgresql", file));
    Files.writeString(directory.resolve(file), text.replace("[ReadWriteOnce]", "[ReadWriteMany]"));

    assertThat(convert(directory.toString())).isOne();
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .contains(file + ":")
        .contains(
            "spec.volumeClaimTemplates: StatefulSet database/postgres-sts asks for [ReadWriteMany]");
  }

  /** A pipeline's log is read by many. */
  @Test
  void aVariablesValueIsOnlyShownWhereItIsKnownToBeHarmless(@TempDir Path directory)
      throws IOException {
    var file = "postgres-statefulset.yaml";
    var text = Files.readString(Path.of(TUTORIAL, "postgresql", file));
    var more =
        "env:\n            - {name: SENTRY_DSN, value: s3cret-1}\n            - {name: POSTGRES_TOKEN, value: s3cret-2}\n            - {name: POSTGRES_CONNECTIONS, value: s3cret-3}\n            - {name: POSTGRESQL_MAX_CONNECTIONS, value: \"150\"}\n";
    for (var name : List.of("postgres-secrets.yaml", "postgres-headless-svc.yaml"))
      Files.copy(Path.of(TUTORIAL, "postgresql", name), directory.resolve(name));
    Files.writeString(directory.resolve(file), text.replaceFirst("env:\n", more));

    assertThat(convert(directory.toString())).as(err.toString()).isZero();
    assertThat(err.toString())
        .contains("the variable SENTRY_DSN (", "the variable POSTGRES_TOKEN (")
        .contains("value: <not shown>")
        .containsPattern("name: POSTGRESQL_MAX_CONNECTIONS\n-? +value: '150'")
        .contains("the variable REPMGR_RECONNECT_ATTEMPTS = 3 (")
        .doesNotContain("s3cret");
  }

  @Test
  void settingsOfTheEnvironmentAndOfFilesBecomeTheSpecs(@TempDir Path directory)
      throws IOException {
    copy(directory, "postgresql", "pgpool");
    var file = directory.resolve("postgres-statefulset.yaml");
    Files.writeString(
        file,
        Files.readString(file)
            .replaceFirst(
                "env:\n",
                """
                env:
                            - {name: POSTGRESQL_MAX_CONNECTIONS, value: "250"}
                            - {name: POSTGRESQL_SYNCHRONOUS_COMMIT_MODE, value: remote_write}
                            - {name: POSTGRESQL_LOG_CONNECTIONS, value: "true"}
                            - {name: POSTGRESQL_FSYNC, value: "off"}
                            - {name: POSTGRESQL_EXTRA_FLAGS, value: "-c work_mem=16MB --application-name='a b' -h x -N 200 -B4096 -t s3cret"}
                            - {name: POSTGRESQL_PGAUDIT_LOG_CATALOG, value: "off"}
                            - {name: POSTGRESQL_LOG_DISCONNECTIONS, value: "true"}
                """)
            .replace("\"pgaudit, repmgr\"", "\"pgaudit, repmgr, pg_stat_statements\"")
            .replaceFirst(
                "volumeMounts:\n",
                """
                volumeMounts:
                            - {name: extended, mountPath: /bitnami/postgresql/conf/conf.d}
                """)
            .replaceFirst(
                "      volumes:\n",
                """
                      volumes:
                        - {name: extended, configMap: {name: extended}}
                """));
    Files.writeString(
        directory.resolve("extended.yaml"),
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: extended}
        data:
          override.conf: |
            # ours
            max_connections = 300   # more
            log_line_prefix = '%m [%p] ''x'' '
            archive_mode = on
            include 'other.conf'
        """);

    assertThat(convert(directory.toString())).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains(
            "    parameters:\n",
            "      max_connections: '200'\n",
            "      synchronous_commit: remote_write\n",
            "      work_mem: 16MB\n",
            "      shared_buffers: '4096'\n",
            "      application_name: a b\n",
            "      shared_preload_libraries: pg_stat_statements\n",
            "      log_line_prefix: ",
            "      load_balance_mode: 'on'\n");
    assertThat(err.toString())
        .contains("the library pgaudit, which is not in pgbaton's image")
        .containsPattern(
            "POSTGRESQL_FSYNC \\([^ ]*postgres-statefulset.yaml:\\d+:\\d+\\): fsync is pgbaton's")
        .containsPattern("POSTGRESQL_EXTRA_FLAGS \\([^ ]+\\): listen_addresses is pgbaton's")
        .containsPattern("POSTGRESQL_EXTRA_FLAGS \\([^ ]+\\): -t\n")
        .containsPattern(
            "line 4 of [^ ]*/override.conf \\([^ ]*extended.yaml:5:18\\): archive_mode can't be set")
        .containsPattern("line 5 of [^ ]*/override.conf \\([^ ]+\\): include is not a setting")
        .containsPattern("PGAUDIT_LOG_CATALOG = off \\([^ ]+\\); pgaudit is not in pgbaton's image")
        .containsPattern("PGPOOL_ADMIN_PASSWORD \\([^ ]+\\); pgbaton makes one of its own")
        .doesNotContain("the variable POSTGRESQL_MAX_CONNECTIONS", "the variable PGPOOL_CHILD")
        .doesNotContain("goes to spec", "go to spec");
    assertThat(converted()).isNotNull();
  }

  private static void copy(Path to, String... directories) throws IOException {
    for (var directory : directories)
      try (Stream<Path> files = Files.list(Path.of(TUTORIAL, directory))) {
        for (var file : files.toList()) Files.copy(file, to.resolve(file.getFileName()));
      }
  }

  private StatefulSet converted() {
    var file = new SpecFile("orders.yaml", "", out.toString().getBytes(StandardCharsets.UTF_8));
    var parsed = SpecParser.parse(List.of(file)).clusters().firstEntry().getValue();
    return DesiredClusters.of((ParsedSpec.Valid) parsed).statefulSet();
  }

  private static StatefulSet manifests(String directory) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(directory))) {
      var all =
          files
              .filter(Files::isRegularFile)
              .map(
                  path -> {
                    try {
                      return new SpecFile(path.toString(), "", Files.readAllBytes(path));
                    } catch (IOException e) {
                      throw new IllegalStateException(e);
                    }
                  })
              .toList();
      var layout =
          new ManifestLayout(ManifestLayout.Where.IF_ANY, java.util.Optional.of("database"));
      var parsed = SpecParser.parse(all, layout.directories(directory, all, List.of()));
      return ((OwnersClusters.Result.Made) OwnersClusters.of(parsed.manifests().getFirst()))
          .cluster()
          .statefulSet();
    }
  }

  private int convert(String directory) {
    return new CommandLine(new Main())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute("convert", directory, "-n", "database");
  }
}
