package dev.pgbaton.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.spec.SpecHistory.SpecChange;
import dev.pgbaton.spec.SpecSource.Fetched.Head;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
  private static final ClusterId ORDERS = new ClusterId("shop", "orders");
  private static final String FILE = "clusters/orders.yaml";

  @TempDir Path directory;

  private TeamRepository team;
  private JGitSpecSource source;

  @BeforeEach
  void create() throws IOException {
    team = new TeamRepository(directory.resolve("team.git"));
    source = settings().source();
  }

  private SettingsFixture settings() {
    return SettingsFixture.of(team.fileUrl(), directory.resolve("cache"));
  }

  @AfterEach
  void close() {
    team.close();
  }

  @Test
  void theLastCommitsOfAClusterAreToldNewestFirst() throws IOException {
    for (int i = 0; i < 8; i++) push("Buffers " + i, i + "MB");
    team.with("clusters/billing.yaml", "others: 1\n").push("Others");

    var changes = changes(FILE).orElseThrow();

    assertThat(changes)
        .extracting(c -> c.revision().subject())
        .containsExactly("Buffers 7", "Buffers 6", "Buffers 5", "Buffers 4", "Buffers 3");
    assertThat(changes.getFirst().fields())
        .singleElement()
        .satisfies(
            field -> {
              assertThat(field.before()).contains("6MB");
              assertThat(field.after()).contains("7MB");
            });
  }

  @Test
  void theFirstCommitIsAllNew() throws IOException {
    push("First", "1MB");

    assertThat(changes(FILE).orElseThrow())
        .singleElement()
        .satisfies(c -> assertThat(c.fields()).allMatch(f -> f.before().isEmpty()));
  }

  @Test
  void nothingIsToldOfWhatIsNotThere() throws IOException {
    team.with("clusters/billing.yaml", "others: 1\n").push("Others");

    assertThat(changes(FILE)).contains(List.of());
  }

  @Test
  void aFileThatIsTakenAwayIsAChange() throws IOException {
    push("First", "1MB");
    team.without(FILE).push("Away");

    assertThat(changes(FILE).orElseThrow().getFirst().fields())
        .isNotEmpty()
        .allMatch(f -> f.after().isEmpty());
  }

  @Test
  void aDirectoryIsComparedAsAWhole() throws IOException {
    team.with("db/set.yaml", "kind: StatefulSet\nmetadata: {name: db}\nspec: {replicas: 2}\n")
        .push("Two");
    team.with("db/set.yaml", "kind: StatefulSet\nmetadata: {name: db}\nspec: {replicas: 3}\n")
        .push("Three");

    assertThat(changes("db/").orElseThrow().getFirst().fields())
        .singleElement()
        .satisfies(f -> assertThat(f.name()).isEqualTo("StatefulSet db .spec.replicas"));
  }

  @Test
  void aCloneThatIsGoneSaysNothing() throws IOException {
    push("First", "1MB");
    var head = ((Head) source.fetch()).revision().commit();
    new CloneCache(settings().settings()).discard();

    assertThat(source.changes(ORDERS, FILE, head)).isEmpty();
  }

  private Optional<List<SpecChange>> changes(String path) {
    var head = ((Head) source.fetch()).revision().commit();
    return source.changes(ORDERS, path, head);
  }

  private void push(String subject, String buffers) throws IOException {
    team.with(
            FILE,
            """
            apiVersion: pgbaton.dev/v1alpha1
            kind: PostgresCluster
            metadata: {name: orders, namespace: shop}
            spec: {instances: 1, image: "example.com/postgres:17", storage: {size: 1Gi}, postgresql: {parameters: {shared_buffers: %s}}}
            """
                .formatted(buffers))
        .push(subject);
  }
}
