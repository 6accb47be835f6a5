package dev.pgbaton.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.spec.EncryptedPassword;
import dev.pgbaton.spec.ManifestDirectory;
import dev.pgbaton.spec.ManifestLayout;
import dev.pgbaton.spec.ManifestLayout.Where;
import dev.pgbaton.spec.Problem;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import dev.pgbaton.spec.SpecRevision;
import dev.pgbaton.spec.SpecSource;
import dev.pgbaton.spec.SpecSource.Fetched.Head;
import dev.pgbaton.spec.SpecSource.Fetched.Nothing;
import dev.pgbaton.spec.SpecSource.Fetched.Unreachable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.util.FileUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from a branch, and what becomes of it; over a file URL. */
class JGitSpecSourceTest {
  @TempDir Path directory;

  private TeamRepository team;

  @BeforeEach
  void create() throws IOException {
    team = new TeamRepository(directory.resolve("team.git"));
  }

  @AfterEach
  void close() {
    team.close();
  }

  @Test
  void theHeadHasEveryYamlFileInPathOrderAndNothingElse() throws IOException {
    team.with("README.md", "read me")
        .with("a.yaml", "a")
        .with("shop/orders.yml", "orders")
        .with("shop-2.yaml", "2")
        .with("shop/deep/er/x.YAML", "x")
        .with("shop/notes.txt", "notes")
        .with(".forge/workflow.yaml", "hidden")
        .with("shop/.hidden.yaml", "hidden");
    var commit = team.push("All clusters\n\nand why");

    var head = head(source());

    assertThat(head.revision())
        .isEqualTo(new SpecRevision(commit, TeamRepository.COMMITTED, "All clusters"));
    assertThat(head.files())
        .extracting(SpecFile::path)
        .containsExactly("a.yaml", "shop-2.yaml", "shop/deep/er/x.YAML", "shop/orders.yml");
    assertThat(head.files().getLast().text()).isEqualTo("orders");
    assertThat(head.problems()).isEmpty();
    assertThat(head.rewritten()).isFalse();
  }

  @Test
  void onlyFilesBelowThePathAreRead() throws IOException {
    team.with("prod/a.yaml", "a")
        .with("prod/eu/b.yaml", "b")
        .with("prod2/c.yaml", "c")
        .with("d.yaml", "d");
    team.push("Clusters");

    assertThat(head(settings().path("prod/").source()).files())
        .extracting(SpecFile::path)
        .containsExactly("prod/a.yaml", "prod/eu/b.yaml");
    assertThat(head(settings().path("./prod/eu").source()).files())
        .extracting(SpecFile::path)
        .containsExactly("prod/eu/b.yaml");
  }

  @Test
  void anEncryptedFileIsReadWhereverItLiesInTheRepository() throws IOException {
    var encrypted = Files.readString(Path.of("src/test/resources/dev/pgbaton/sops/whole.enc.yaml"));
    team.with("prod/a.yaml", spec("a", "../secrets/x.enc.yaml"))
        .with("prod/b.yaml", spec("b", "../../out.yaml"))
        .with("secrets/x.enc.yaml", encrypted)
        .with("secrets/out.yaml", encrypted);
    team.push("Clusters");

    var read = head(settings().path("prod").source());

    var clusters = SpecParser.parse(read.files(), List.of(), read.encrypted()).valid();
    assertThat(clusters.get(0).withoutPassword()).isEmpty();
    assertThat(clusters.get(0).encrypted().get("app"))
        .isEqualTo(
            new EncryptedPassword.There("../secrets/x.enc.yaml", "shop.password", encrypted));
    assertThat(clusters.get(1).withoutPassword())
        .singleElement()
        .asString()
        .startsWith("prod/b.yaml:")
        .contains("spec.users[0].password.sops.file: ../../out.yaml is not in the repository");
  }

  private static String spec(String name, String file) {
    return """
        apiVersion: pgbaton.dev/v1alpha1
        kind: PostgresCluster
        metadata: {name: %s, namespace: shop}
        spec:
          instances: 1
          image: registry.example.com/pgbaton/postgres:17
          storage: {size: 10Gi}
          users: [{name: app, password: {sops: {file: %s, key: shop.password}}}]
        """
        .formatted(name, file);
  }

  @Test
  void aMovedFileKeepsItsBlob() throws IOException {
    team.with("a.yaml", "same").push("Here");
    var source = source();
    var before = head(source).files().getFirst();
    team.without("a.yaml").with("b.yaml", "same").push("There");

    var after = head(source).files().getFirst();

    assertThat(after.path()).isEqualTo("b.yaml");
    assertThat(after.blob()).isEqualTo(before.blob());
  }

  @Test
  void whatIsNoFileIsAProblemThatNamesIt() throws IOException {
    team.with("good.yaml", "good")
        .withSymlink("link.yaml", "good.yaml")
        .withSubmodule("vendored")
        .with("lfs.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n")
        .with("large.yaml", "x".repeat(SpecTree.LARGEST_FILE + 1))
        .with("largest.yaml", "x".repeat(SpecTree.LARGEST_FILE))
        .with("latin1.yaml", "name: Köln".getBytes(StandardCharsets.ISO_8859_1))
        .push("All kinds of things");

    var head = head(source());

    assertThat(head.files())
        .extracting(SpecFile::path)
        .containsExactly("good.yaml", "largest.yaml");
    assertThat(head.problems())
        .extracting(Problem::toString)
        .satisfiesExactly(
            large -> assertThat(large).startsWith("large.yaml has 1,048,577 bytes"),
            latin1 -> assertThat(latin1).startsWith("latin1.yaml:1:8 is not valid UTF-8"),
            lfs -> assertThat(lfs).startsWith("lfs.yaml is kept in Git LFS"),
            link -> assertThat(link).startsWith("link.yaml is a symbolic link"),
            submodule -> assertThat(submodule).startsWith("vendored is a submodule"));
  }

  @Test
  void anUnchangedHeadIsAnsweredFromMemory() throws IOException {
    team.with("a.yaml", "a").push("One");
    var source = source();

    assertThat(source.fetch()).isSameAs(source.fetch());
  }

  @Test
  void aPushIsSeen() throws IOException {
    team.with("a.yaml", "one").push("One");
    var source = source();
    source.fetch();
    var second = team.with("a.yaml", "two").push("Two");

    var head = head(source);

    assertThat(head.revision().commit()).isEqualTo(second);
    assertThat(head.rewritten()).isFalse();
    assertThat(head.files().getFirst().text()).isEqualTo("two");
  }

  @Test
  void aForcePushIsToldOnce() throws IOException {
    team.with("a.yaml", "one").push("One");
    var source = source();
    source.fetch();
    team.with("a.yaml", "other").forcePush("Another history");

    assertThat(head(source).rewritten()).isTrue();
    assertThat(head(source).rewritten()).isFalse();
  }

  @Test
  void aForcePushBackToAnEarlierCommitIsToldToo() throws IOException {
    var first = team.with("a.yaml", "one").push("One");
    team.with("a.yaml", "two").push("Two");
    var source = source();
    source.fetch();
    var update = team.repository.updateRef("refs/heads/main");
    update.setNewObjectId(team.repository.resolve(first));
    update.forceUpdate();

    var head = head(source);

    assertThat(head.revision().commit()).isEqualTo(first);
    assertThat(head.rewritten()).isTrue();
  }

  @Test
  void aForcePushWhileAwayIsToldByTheClone() throws IOException {
    team.with("a.yaml", "one").push("One");
    source().fetch();
    team.with("a.yaml", "other").forcePush("Another history");

    assertThat(head(source()).rewritten()).isTrue();
  }

  @Test
  void aRestartAloneRewritesNothing() throws IOException {
    team.with("a.yaml", "one").push("One");
    var before = head(source());

    var after = head(source());

    assertThat(after.revision()).isEqualTo(before.revision());
    assertThat(after.rewritten()).isFalse();
  }

  @Test
  void aForcePushIsToldAlsoWhenTheCloneVanished() throws IOException {
    team.with("a.yaml", "one").push("One");
    var source = source();
    source.fetch();
    removeClone();
    team.with("a.yaml", "two").push("Two");
    assertThat(head(source).rewritten()).isFalse();
    removeClone();
    team.with("a.yaml", "other").forcePush("Another history");

    assertThat(head(source).rewritten()).isTrue();
  }

  @Test
  void aDamagedCloneIsClonedAgain() throws IOException {
    team.with("a.yaml", "one").push("One");
    source().fetch();
    try (var files = Files.walk(cache())) {
      for (var pack : files.filter(file -> file.toString().endsWith(".pack")).toList()) {
        assertThat(pack.toFile().setWritable(true)).isTrue();
        Files.write(pack, "damaged".getBytes(StandardCharsets.UTF_8));
      }
    }

    assertThat(head(source()).files()).extracting(SpecFile::text).containsExactly("one");
  }

  @Test
  void aCloneWithoutItsObjectsIsClonedAgain() throws IOException {
    team.with("a.yaml", "one").push("One");
    var source = source();
    source.fetch();
    try (var clones = Files.list(cache())) {
      FileUtils.delete(
          clones.findFirst().orElseThrow().resolve("objects").toFile(), FileUtils.RECURSIVE);
    }
    team.with("a.yaml", "two").push("Two");

    assertThat(head(source).files()).extracting(SpecFile::text).containsExactly("two");
  }

  @Test
  void aLockLeftBehindDoesNotStopIt() throws IOException {
    team.with("a.yaml", "one").push("One");
    var source = source();
    source.fetch();
    try (var clones = Files.list(cache())) {
      Files.createFile(clones.findFirst().orElseThrow().resolve("refs/heads/main.lock"));
    }
    team.with("a.yaml", "two").push("Two");

    assertThat(head(source).files()).extracting(SpecFile::text).containsExactly("two");
  }

  @Test
  void manyPushesDoNotPileUpPacks() throws IOException {
    var source = source();
    for (var i = 0; i < 70; i++) {
      team.with("a.yaml", "number " + i).push("Number " + i);
      assertThat(head(source).rewritten()).isFalse();
    }

    try (var files = Files.walk(cache())) {
      assertThat(files.filter(file -> file.toString().endsWith(".pack")))
          .hasSizeLessThanOrEqualTo(CloneCache.MOST_PACKS + 1);
    }
  }

  @Test
  void anEmptyRepositoryIsNothing() {
    assertThat(nothing(source())).contains("has no commits yet: push the branch main");
  }

  @Test
  void aDeletedBranchIsNothingAndItsReturnIsSeen() throws IOException {
    team.with("a.yaml", "one").push("One");
    var source = source();
    source.fetch();
    team.pushTo("trunk", "One");
    team.deleteBranch("main");

    assertThat(nothing(source)).contains("has no branch main (it has trunk)");

    team.forcePush("Back again");
    assertThat(head(source).rewritten()).isTrue();
  }

  @Test
  void aMissingPathIsNothingUntilItComes() throws IOException {
    team.with("clusters", "a file").push("One");
    var source = settings().path("clusters").source();

    assertThat(nothing(source)).contains("has no directory clusters");

    team.without("clusters").with("clusters/a.yaml", "a").push("Two");
    assertThat(head(source).files()).hasSize(1);
  }

  @Test
  void aMissingRepositoryIsUnreachable() {
    var source =
        SettingsFixture.of(directory.resolve("nowhere.git").toUri().toString(), cache()).source();

    assertThat(source.fetch())
        .isInstanceOfSatisfying(
            Unreachable.class,
            it -> assertThat(it.reason()).contains("there is no such repository"));
  }

  @Test
  void aCacheThatCannotBeWrittenIsNamed() throws IOException {
    team.with("a.yaml", "one").push("One");
    var file = Files.createFile(directory.resolve("file"));

    assertThat(SettingsFixture.of(team.fileUrl(), file).source().fetch())
        .isInstanceOfSatisfying(
            Unreachable.class, it -> assertThat(it.reason()).contains(file.toString()));
  }

  @Test
  void aRepositoryWithAWorkTreeIsReadToo() throws Exception {
    var work = directory.resolve("work");
    try (var git = Git.init().setDirectory(work.toFile()).setInitialBranch("main").call()) {
      Files.writeString(work.resolve("a.yaml"), "committed");
      git.add().addFilepattern(".").call();
      git.commit().setMessage("One").setAuthor("dba", "dba@example.com").setSign(false).call();
      Files.writeString(work.resolve("a.yaml"), "not committed");

      assertThat(head(SettingsFixture.of(work.toUri().toString(), cache()).source()).files())
          .extracting(SpecFile::text)
          .containsExactly("committed");
    }
  }

  @Test
  void anotherBranchIsAnotherClone() throws IOException {
    team.with("a.yaml", "one").push("One");
    team.with("a.yaml", "two").pushTo("staging", "Two");

    assertThat(head(source()).files()).extracting(SpecFile::text).containsExactly("one");
    assertThat(head(settings().branch("staging").source()).files())
        .extracting(SpecFile::text)
        .containsExactly("two");
  }

  @Test
  void directoriesOfManifestsHaveTheirOwnFilesAndProblems() throws IOException {
    team.with("one/a.yaml", "a")
        .withSymlink("one/link.yaml", "../../../etc/passwd")
        .with("one/deep/large.yaml", new byte[100 << 20])
        .with("one/latin1.yaml", "name: Köln".getBytes(StandardCharsets.ISO_8859_1))
        .with("two/deep/b.yaml", "b")
        .with("c.yaml", "c")
        .push("Manifests");
    var layout = new ManifestLayout(Where.DIRECTORIES, Optional.of("db"));

    var head = head(new JGitSpecSource(settings().settings(), layout));

    assertThat(head.manifests())
        .extracting(ManifestDirectory::path)
        .containsExactly("one/", "two/");
    assertThat(head.manifests().getFirst().problems())
        .extracting(Problem::toString)
        .satisfiesExactly(
            large -> assertThat(large).startsWith("one/deep/large.yaml has 104,857,600 bytes"),
            latin1 -> assertThat(latin1).startsWith("one/latin1.yaml:1:8 is not valid UTF-8"),
            link -> assertThat(link).startsWith("one/link.yaml is a symbolic link"));
    var two = head.manifests().getLast();
    assertThat(two.problems()).isEmpty();
    assertThat(two.files()).extracting(SpecFile::path).containsExactly("two/deep/b.yaml");
    assertThat(two.namespace()).contains("db");
    assertThat(two.meant()).isFalse();
  }

  @Test
  void allBelowThePathMayBeOneDirectoryOfManifests() throws IOException {
    team.with("db/pgpool/a.yaml", "a").with("db/b.yaml", "b").with("c.yaml", "c").push("Manifests");
    var layout = new ManifestLayout(Where.ONE_CLUSTER, Optional.empty());

    var whole = head(new JGitSpecSource(settings().settings(), layout)).manifests();
    var below = head(new JGitSpecSource(settings().path("db").settings(), layout)).manifests();

    assertThat(whole).singleElement().satisfies(d -> assertThat(d.path()).isEqualTo("./"));
    assertThat(below)
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.path()).isEqualTo("db/");
              assertThat(d.files())
                  .extracting(SpecFile::path)
                  .containsExactly("db/b.yaml", "db/pgpool/a.yaml");
            });
    assertThat(head(source()).manifests()).isEmpty();
  }

  @Test
  void oneDirectoryOfManyFilesDoesNotCostTheOthers() throws IOException {
    var large =
        ("#" + "x".repeat(SpecTree.LARGEST_FILE - 2) + "\n").getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 30; i++) team.with("a/%02d.yaml".formatted(i), large);
    team.with("b/orders.yaml", "orders").push("Much");

    var head = head(source());

    assertThat(head.files()).extracting(SpecFile::path).contains("b/orders.yaml");
    assertThat(head.files()).hasSizeLessThanOrEqualTo(25);
    assertThat(head.problems())
        .hasSize(31 - head.files().size())
        .allSatisfy(p -> assertThat(p.toString()).contains("is one of the largest files"));
  }

  /** What would be passed over might be a cluster, and look like one that was removed. */
  @Test
  void moreThanIsLookedAtIsRefusedAsAWhole() throws IOException {
    for (int i = 0; i <= SpecTree.MOST_PROBLEMS; i++) team.withSymlink("links/" + i, "a");
    team.with("orders.yaml", "orders").push("Much");

    assertThat(source().fetch())
        .isInstanceOfSatisfying(
            dev.pgbaton.spec.SpecSource.Fetched.Nothing.class,
            nothing -> assertThat(nothing.reason()).contains("lest a cluster be overlooked"));
  }

  private Path cache() {
    return directory.resolve("cache");
  }

  private void removeClone() throws IOException {
    FileUtils.delete(cache().toFile(), FileUtils.RECURSIVE);
  }

  private SettingsFixture settings() {
    return SettingsFixture.of(team.fileUrl(), cache());
  }

  private JGitSpecSource source() {
    return settings().source();
  }

  private static Head head(SpecSource source) {
    return switch (source.fetch()) {
      case Head head -> head;
      case Nothing(var reason) -> throw new AssertionError(reason);
      case Unreachable(var reason) -> throw new AssertionError(reason);
    };
  }

  private static String nothing(SpecSource source) {
    return switch (source.fetch()) {
      case Nothing(var reason) -> reason;
      case Head head -> throw new AssertionError(head);
      case Unreachable(var reason) -> throw new AssertionError(reason);
    };
  }
}
