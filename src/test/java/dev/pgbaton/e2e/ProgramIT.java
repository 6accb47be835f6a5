package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program, as a person calls it. */
class ProgramIT {
  @TempDir Path directory;

  @Test
  void validatesTheExample() throws Exception {
    var result = Packaged.run(Map.of(), "validate", "gitops-example");

    assertThat(result.output()).contains("4 clusters in 4 files are valid");
    assertThat(result.exit()).isZero();
  }

  @Test
  void namesEveryMistakeWithItsPlaceAndTheNearestName() throws Exception {
    var file = directory.resolve("orders.yaml");
    Files.writeString(
        file,
        Files.readString(Path.of("gitops-example/clusters/orders.yaml"))
            .replace("max_connections: \"200\"", "max_connections: lots")
            .replace("antiAffinity: required", "antiAfinity: required"));

    var result = Packaged.run(Map.of(), "validate", directory.toString());

    assertThat(result.output())
        .containsPattern("orders\\.yaml:\\d+:\\d+ .*max_connections.*lots")
        .containsPattern("orders\\.yaml:\\d+:\\d+ .*antiAfinity.*antiAffinity");
    assertThat(result.exit()).isEqualTo(1);
  }

  @Test
  void rendersTheSameBytesEachTime() throws Exception {
    var once = Packaged.run(Map.of(), "render", "gitops-example");
    var again = Packaged.run(Map.of(), "render", "gitops-example");

    assertThat(once.output()).contains("kind: StatefulSet", "kind: PodDisruptionBudget");
    assertThat(again.output()).isEqualTo(once.output());
  }

  @Test
  void refusesABadConfigurationWithEveryMistakeAtOnce() throws Exception {
    var result =
        Packaged.run(
            Map.of(
                "PGBATON_FORGE_KIND", "sourceforge",
                "PGBATON_PARALLELISM", "0",
                "PGBATON_OIDC_ISSUER_URL", "http://git.example.com",
                "PGBATON_OIDC_CA_FILE", "/nowhere",
                "QUARKUS_HTTP_PORT", "0"),
            "run");

    assertThat(result.output())
        .contains("PGBATON_GIT_URL", "PGBATON_FORGE_KIND", "PGBATON_PARALLELISM")
        .contains("PGBATON_OIDC_ISSUER_URL: expected", "PGBATON_OIDC_CLIENT_ID")
        .contains("PGBATON_OIDC_CA_FILE", "unless PGBATON_WEB_ACTIONS is kubernetes");
    assertThat(result.exit()).isEqualTo(2);
  }

  @Test
  void anInstanceWithoutItsEnvironmentSaysWhatIsMissing() throws Exception {
    var result = Packaged.run(Map.of("PGBATON_CLUSTER", "orders"), "instance");

    assertThat(result.output()).contains("PGBATON_NAMESPACE", "PGBATON_POD_UID");
    assertThat(result.exit()).isEqualTo(2);
  }

  @Test
  void aLineIsAJsonObjectWhereThatIsAskedFor() throws Exception {
    var result =
        Packaged.run(
            Map.of(
                "PGBATON_LOG_JSON", "true",
                "PGBATON_FORGE_KIND", "sourceforge",
                "QUARKUS_HTTP_PORT", "0"),
            "run");

    var lines = result.output().lines().filter(line -> line.contains("PGBATON_GIT_URL")).toList();
    assertThat(lines).as(result.output()).hasSize(1);
    var line = new ObjectMapper().readTree(lines.getFirst());
    assertThat(line.path("level").asText()).isEqualTo("ERROR");
    assertThat(line.path("message").asText()).contains("PGBATON_FORGE_KIND");
  }

  @Test
  void tellsWithoutAClusterWhatAChangeWouldRestart() throws Exception {
    var then = Files.createDirectory(directory.resolve("then"));
    var now = Files.createDirectory(directory.resolve("now"));
    var spec = Files.readString(Path.of("gitops-example/clusters/orders.yaml"));
    Files.writeString(then.resolve("orders.yaml"), spec);
    Files.writeString(now.resolve("orders.yaml"), spec.replace("postgres:17\n", "postgres:17.1\n"));

    var result = Packaged.run(Map.of(), "plan", "--against", then.toString(), now.toString());

    assertThat(result.output()).contains("hand off orders-0 → orders-1", "postgres:17.1");
    assertThat(result.exit()).isZero();
  }

  @Test
  void aKubernetesThatIsNotThereIsSaidInALine() throws Exception {
    var config = directory.resolve("config");
    Files.writeString(
        config,
        """
        apiVersion: v1
        kind: Config
        current-context: nowhere
        contexts: [{name: nowhere, context: {cluster: nowhere, user: me}}]
        clusters: [{name: nowhere, cluster: {server: "http://127.0.0.1:1"}}]
        users: [{name: me, user: {}}]
        """);

    for (var command :
        List.of(List.of("status"), List.of("handoff", "o"), List.of("history", "o"))) {
      var result =
          Packaged.run(Map.of("KUBECONFIG", config.toString()), command.toArray(String[]::new));

      assertThat(result.exit()).as("%s: %s", command, result.output()).isEqualTo(1);
      assertThat(result.output().lines()).as("%s", command).hasSize(1);
    }
  }

  /** Linked as kubectl finds its plugins. */
  @Test
  void isAPluginByAnotherName() throws Exception {
    var plugin = directory.resolve("kubectl-pgbaton");
    Files.createSymbolicLink(plugin, Path.of("pgbaton").toAbsolutePath());

    var process =
        new ProcessBuilder(plugin.toString(), "status", "--help").redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).startsWith("Usage: kubectl pgbaton status ");
  }

  @Test
  void saysWhichCommandsThereAre() throws Exception {
    var result = Packaged.run(Map.of(), "--help");

    assertThat(result.output())
        .contains("run", "instance", "validate", "render", "status", "handoff");
  }
}
