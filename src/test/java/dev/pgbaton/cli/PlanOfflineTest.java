package dev.pgbaton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanOfflineTest {
  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path clusters;

  @BeforeEach
  void commitTheExample() throws IOException, GitAPIException {
    clusters = Files.createDirectory(directory.resolve("clusters"));
    try (var example = Files.list(Path.of("gitops-example/clusters"))) {
      for (var file : example.toList())
        Files.copy(file, clusters.resolve(file.getFileName().toString()));
    }
    try (var git = Git.init().setInitialBranch("main").setDirectory(directory.toFile()).call()) {
      commit(git);
    }
  }

  private static void commit(Git git) throws GitAPIException {
    git.add().addFilepattern(".").call();
    git.commit()
        .setMessage("m")
        .setSign(false)
        .setAuthor("a", "a@b")
        .setCommitter("a", "a@b")
        .call();
  }

  private void edit(String file, String from, String to) throws IOException {
    var path = clusters.resolve(file);
    var text = Files.readString(path);
    assertThat(text).contains(from);
    Files.writeString(path, text.replace(from, to));
  }

  @Test
  void whatDidNotChangeNeedsNothing() {
    assertThat(plan("HEAD")).as("%s%s", out, err).isZero();
    assertThat(out.toString())
        .startsWith("Without a cluster, as if ")
        .contains(
            "shop/accounts: nothing to do",
            "shop/minimal: nothing to do",
            "shop/orders: nothing to do");
  }

  @Test
  void beforeTheFirstCommitEverythingIsNew() throws IOException, GitAPIException {
    try (var files = Files.walk(directory.resolve(".git"))) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
    Git.init().setDirectory(directory.toFile()).call().close();

    assertThat(plan("HEAD")).as("%s%s", out, err).isZero();
    assertThat(out.toString())
        .startsWith("Without a cluster, as if nothing were carried out")
        .contains("shop/orders: can proceed");
    assertThat(plan("HEAD~1")).isEqualTo(1);
  }

  @Test
  void aNewImageIsARolloutWithItsStepsAndReasons() throws IOException {
    edit("orders.yaml", "postgres:17\n", "postgres:17.1\n");

    assertThat(plan("HEAD")).as("%s%s", out, err).isZero();
    assertThat(out.toString())
        .contains(
            "shop/orders: can proceed",
            "    2. restart orders-1: image registry.example.com/pgbaton/postgres:17 → registry.example.com/pgbaton/postgres:17.1\n",
            "    4. hand off orders-0 → orders-1\n",
            "  outage: one handoff: no writes for a fraction of a second")
        .contains("shop/minimal: nothing to do");
  }

  @Test
  void aSettingIsReloadedOrNeedsARestart() throws IOException {
    edit("orders.yaml", "max_connections: \"200\"", "max_connections: \"300\"");
    edit("minimal.yaml", "size: 1Gi", "size: 1Gi\n  postgresql: {parameters: {work_mem: 8MB}}");

    assertThat(plan("HEAD")).as("%s%s", out, err).isZero();
    assertThat(out.toString())
        .contains("restart orders-1: max_connections 200 → 300 needs a restart")
        .contains("shop/minimal: can proceed", "reload settings on every instance")
        .doesNotContain("restart the only instance");
  }

  @Test
  void whatIsRefusedInAnyCaseIsRefusedHere() throws IOException {
    edit("orders.yaml", "size: 10Gi", "size: 8Gi");

    assertThat(plan("HEAD")).isEqualTo(2);
    assertThat(out.toString())
        .contains("shop/orders: refused", "StorageShrinks: ", "orders.yaml:", "8Gi is smaller");
  }

  @Test
  void whatIsNewIsMadeAndWhatIsGoneStays() throws IOException {
    Files.writeString(
        clusters.resolve("more.yaml"),
        Files.readString(clusters.resolve("minimal.yaml")).replace("minimal", "more"));
    Files.delete(clusters.resolve("minimal.yaml"));

    assertThat(plan("HEAD")).as("%s%s", out, err).isZero();
    assertThat(out.toString())
        .contains("shop/more: can proceed", "make a new cluster of 1 instances")
        .contains("shop/minimal: nothing to do\n  it is no longer in Git: it is left running");
  }

  @Test
  void onlyTheBranchesOwnChangesCount() throws IOException, GitAPIException {
    try (var git = Git.open(directory.toFile())) {
      git.checkout().setCreateBranch(true).setName("topic").call();
      edit("orders.yaml", "postgres:17\n", "postgres:17.1\n");
      commit(git);
      git.checkout().setName("main").call();
      edit("minimal.yaml", "postgres:17\n", "postgres:17.2\n");
      commit(git);
      git.checkout().setName("topic").call();
    }

    assertThat(plan("main")).as("%s%s", out, err).isZero();
    assertThat(out.toString()).contains("shop/minimal: nothing to do", "shop/orders: can proceed");
  }

  @Test
  void aDirectoryMayStandForWhatWas() {
    assertThat(plan("gitops-example")).as("%s%s", out, err).isZero();
    assertThat(out.toString()).contains("as if gitops-example were carried out");
  }

  @Test
  void aRevisionThatIsNotThereIsNamed() {
    assertThat(plan("no-such-branch")).isOne();
    assertThat(err.toString()).startsWith("no-such-branch is neither a directory nor a commit of ");
  }

  @Test
  void plainManifestsAreComparedToo() throws IOException {
    var tutorial = "src/test/resources/dev/pgbaton/desired/tutorial";

    assertThat(pgbaton("plan", "-n", "database", "--against", tutorial, tutorial))
        .as("%s%s", out, err)
        .isZero();
    assertThat(out.toString()).contains("database/postgres-sts: nothing to do");
  }

  private int plan(String against) {
    return pgbaton("plan", "--against", against, clusters.toString());
  }

  private int pgbaton(String... args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
