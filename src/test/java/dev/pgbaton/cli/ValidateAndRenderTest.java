package dev.pgbaton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidateAndRenderTest {
  private static final String PLAIN = "src/test/resources/dev/pgbaton/spec/plain";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aValidDirectoryIsSaidToBeValid() {
    assertThat(pgbaton("validate", "gitops-example")).isZero();
    assertThat(out).hasToString("4 clusters in 4 files are valid.\n");
  }

  @Test
  void everyProblemIsPrintedAndTheExitCodeTells(@TempDir Path directory) throws IOException {
    var spec = directory.resolve("orders.yaml");
    Files.writeString(
        spec,
        Files.readString(Path.of("gitops-example/clusters/orders.yaml"))
            .replace("\"200\"", "lots")
            .replace("instances: 2", "instanses: 2"));

    assertThat(pgbaton("validate", directory.toString())).isOne();
    assertThat(out.toString().lines())
        .containsExactly(
            spec
                + ":25:24 spec.postgresql.parameters.max_connections: lots is not a whole number. Put one from 1 to 262143.",
            spec + ":31:5 spec.pgpool.instanses: is not a field here. Did you mean instances?");
  }

  @Test
  void objectsArePrintedWithPlaceholdersForPasswords() {
    assertThat(pgbaton("render", "gitops-example/clusters/minimal.yaml")).isZero();
    assertThat(out.toString())
        .contains("kind: StatefulSet")
        .contains("postgres-password: <generated when the Secret is created>");
  }

  @Test
  void aDirectoryOfManifestsIsACluster() {
    var tutorial = "src/test/resources/dev/pgbaton/desired/tutorial";

    assertThat(pgbaton("validate", "-n", "database", tutorial)).isZero();
    assertThat(out.toString())
        .contains("database/postgres-sts warning: ")
        .contains("terminationGracePeriodSeconds: 60")
        .endsWith("1 cluster in 9 files is valid.\n");
  }

  @Test
  void whatIsAddedToManifestsIsPrintedAndNoPasswordIs() {
    var tutorial = "src/test/resources/dev/pgbaton/desired/tutorial";

    assertThat(pgbaton("render", "-n", "database", tutorial)).isZero();
    assertThat(out.toString())
        .contains("type: OnDelete")
        .contains("name: postgres-sts-pgbaton")
        .contains("postgresql-password: <not shown>")
        .doesNotContain("c3VwZXItZXhhbXBsZQ");
  }

  @Test
  void nothingIsPrintedOfASpecWithProblems(@TempDir Path directory) throws IOException {
    var spec = Files.writeString(directory.resolve("broken.yaml"), "a: [");

    assertThat(pgbaton("render", spec.toString())).isOne();
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).startsWith(spec + ":1:5 is not YAML: ");
  }

  @Test
  void aPathThatIsNotThereIsAMistakeOfTheCommand() {
    assertThat(pgbaton("validate", "no/such/file.yaml")).isEqualTo(64);
    assertThat(err.toString()).startsWith("no/such/file.yaml is not there, or can't be read.");
  }

  @Test
  void aDirectoryOfPlainManifestsIsACluster() {
    assertThat(pgbaton("validate", PLAIN, "-n", "database")).as("%s", out).isZero();
    assertThat(out.toString()).endsWith("1 cluster in 9 files is valid.\n");
  }

  @Test
  void whereManifestsAreMayBeSaid() {
    var above = Path.of(PLAIN).getParent().toString();

    assertThat(pgbaton("validate", above, "-n", "database", "--manifests", "directories"))
        .as("%s", out)
        .isZero();
    assertThat(pgbaton("validate", PLAIN, "--manifests", "ignored")).isZero();
    assertThat(out.toString().lines())
        .contains("1 cluster in 9 files is valid.", "0 clusters in 9 files are valid.");
  }

  @Test
  void manifestsWithoutANamespaceSayWhatToDo() {
    assertThat(pgbaton("validate", PLAIN)).isOne();
    assertThat(out.toString()).contains("postgres-statefulset.yaml:1:1 metadata.namespace: ");
  }

  @Test
  void noPasswordOfManifestsIsPrinted() {
    pgbaton("render", PLAIN, "-n", "database");
    assertThat(out.toString()).doesNotContain("dGhlLW93bmVycw==", "the-owners");
  }

  private int pgbaton(String... args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
