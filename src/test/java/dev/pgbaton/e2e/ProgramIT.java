package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
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
                "QUARKUS_HTTP_PORT", "0"),
            "run");

    assertThat(result.output())
        .contains("PGBATON_GIT_URL", "PGBATON_FORGE_KIND", "PGBATON_PARALLELISM");
    assertThat(result.exit()).isNotZero();
  }

  @Test
  void saysWhichCommandsThereAre() throws Exception {
    var result = Packaged.run(Map.of(), "--help");

    assertThat(result.output()).contains("run", "instance", "validate", "render");
  }
}
