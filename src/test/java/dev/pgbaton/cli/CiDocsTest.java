package dev.pgbaton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The snippets for CI are run, on a repository with a branch. */
class CiDocsTest {
  private static final Pattern SNIPPET = Pattern.compile("(?s)```yaml\n(.*?)```");

  @TempDir Path directory;

  private Git git;
  private String base;

  @Test
  void everyCommandOfTheSnippetsDoesWhatItSays() throws Exception {
    var snippets = SNIPPET.matcher(Files.readString(Path.of("docs/ci.md"))).results().toList();
    var commands = new ArrayList<String>();
    for (var snippet : snippets) commands(parsed(snippet.group(1)), commands);

    assertThat(snippets).hasSize(3);
    assertThat(commands)
        .containsExactly(
            "pgbaton validate clusters",
            "pgbaton plan --against \"origin/$GITHUB_BASE_REF\" clusters",
            "pgbaton validate clusters",
            "pgbaton plan --against \"$CI_MERGE_REQUEST_DIFF_BASE_SHA\" clusters");
    branch("size: 10Gi", "size: 10Gi\n  # nothing else");
    for (var command : commands) assertThat(run(command)).as(command).isZero();
    branch("size: 10Gi", "size: 8Gi");
    assertThat(commands.stream().map(this::run)).containsExactly(0, 2, 0, 2);
    branch("instances: 3", "instanses: 3");
    assertThat(commands.stream().map(this::run)).containsExactly(1, 1, 1, 1);
  }

  /** The cache of setup-java ends the job where it finds no pom.xml. */
  @Test
  void javaIsSetUpOnceThereIsAPomToCacheBy() throws IOException {
    var github = SNIPPET.matcher(Files.readString(Path.of("docs/ci.md"))).results().findFirst();

    assertThat(github.orElseThrow().group(1))
        .containsSubsequence(
            "path: .pgbaton}", "actions/setup-java", "cache-dependency-path: .pgbaton/pom.xml");
  }

  @Test
  void everyHookDoesWhatItSays() throws Exception {
    var hooks = (List<?>) parsed(Files.readString(Path.of(".pre-commit-hooks.yaml")));
    branch("size: 10Gi", "size: 8Gi");

    assertThat(hooks.stream().map(this::hook)).containsExactly(0, 0);
    edit("size: 8Gi", "size: 7Gi");
    assertThat(hooks.stream().map(this::hook)).containsExactly(0, 2);
  }

  /** As pre-commit puts it together, at the top of the repository. */
  private int hook(Object hook) {
    var entry = (String) ((Map<?, ?>) hook).get("entry");
    var args = (List<?>) ((Map<?, ?>) hook).get("args");
    assertThat(entry).startsWith("./pgbaton ");
    assertThat(args).isEqualTo(List.of("."));
    return run(entry.substring(2) + " " + directory);
  }

  private static Object parsed(String yaml) {
    return new Load(LoadSettings.builder().build()).loadFromString(yaml);
  }

  private static void commands(Object node, List<String> found) {
    switch (node) {
      case Map<?, ?> map -> map.values().forEach(value -> commands(value, found));
      case List<?> list -> list.forEach(value -> commands(value, found));
      case String text when text.startsWith("pgbaton ") -> found.add(text);
      case null, default -> {}
    }
  }

  private int run(String command) {
    var words =
        Stream.of(command.replace("\"", "").split(" "))
            .skip(1)
            .map(word -> word.replace("$GITHUB_BASE_REF", "main"))
            .map(word -> word.replace("$CI_MERGE_REQUEST_DIFF_BASE_SHA", base))
            .map(word -> word.equals("clusters") ? directory.resolve(word).toString() : word)
            .toArray(String[]::new);
    var said = new PrintWriter(new StringWriter());
    return Main.commandLine().setOut(said).setErr(said).execute(words);
  }

  /** One commit after the example. */
  private void branch(String from, String to) throws IOException, GitAPIException {
    var clusters = directory.resolve("clusters");
    Files.createDirectories(clusters);
    try (var example = Files.list(Path.of("gitops-example/clusters"))) {
      for (var file : example.toList())
        Files.write(clusters.resolve(file.getFileName()), Files.readAllBytes(file));
    }
    if (git == null) {
      git = Git.init().setInitialBranch("topic").setDirectory(directory.toFile()).call();
      base = commit();
      var main = git.getRepository().updateRef("refs/remotes/origin/main");
      main.setNewObjectId(git.getRepository().resolve(base));
      main.update();
    }
    edit(from, to);
    commit();
  }

  private void edit(String from, String to) throws IOException {
    var file = directory.resolve("clusters/orders.yaml");
    var text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }

  private String commit() throws GitAPIException {
    git.add().addFilepattern(".").call();
    var commit = git.commit().setMessage("m").setSign(false).setAuthor("a", "a@b");
    return commit.setCommitter("a", "a@b").call().name();
  }
}
