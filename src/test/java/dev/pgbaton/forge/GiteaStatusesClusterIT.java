package dev.pgbaton.forge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.report.CommitStatus;
import dev.pgbaton.report.CommitStatus.State;
import dev.pgbaton.report.CommitStatuses.Delivery;
import dev.pgbaton.report.CommitStatuses.Delivery.Delivered;
import dev.pgbaton.report.CommitStatuses.Delivery.Later;
import dev.pgbaton.report.CommitStatuses.Delivery.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** What the contract tests take for granted, asked of a real Gitea. */
@EnabledIfEnvironmentVariable(named = "GITEA_URL", matches = ".+")
class GiteaStatusesClusterIT {
  @TempDir Path directory;

  private GiteaRepository repository;
  private Path token;

  @BeforeEach
  void create() throws IOException {
    repository = new GiteaRepository();
    token = Files.writeString(directory.resolve("token"), GiteaRepository.token());
  }

  @AfterEach
  void delete() throws IOException {
    repository.close();
  }

  @Test
  void aStatusIsPostedAndReplacedByTheNextOfItsContext() throws IOException {
    var commit = repository.add("orders.yaml", "kind: PostgresCluster");
    var context = "pgbaton/prod/shop/orders";

    assertThat(post(new CommitStatus(commit, context, State.PENDING, "restarts orders-1")))
        .isEqualTo(new Delivered());
    assertThat(repository.status(commit).get("state").asText()).isEqualTo("pending");
    assertThat(post(new CommitStatus(commit, context, State.SUCCESS, "3 of 3 run the commit")))
        .isEqualTo(new Delivered());

    var combined = repository.status(commit);
    assertThat(combined.get("state").asText()).isEqualTo("success");
    assertThat(combined.get("statuses")).hasSize(1);
    var status = combined.get("statuses").get(0);
    assertThat(status.get("context").asText()).isEqualTo(context);
    assertThat(status.get("description").asText()).isEqualTo("3 of 3 run the commit");
  }

  @Test
  void everyStateIsUnderstood() throws IOException {
    var commit = repository.add("orders.yaml", "kind: PostgresCluster");
    for (var state : State.values()) {
      assertThat(post(new CommitStatus(commit, "pgbaton/" + state, state, "it")))
          .isEqualTo(new Delivered());
    }
    assertThat(repository.status(commit).get("statuses")).hasSize(State.values().length);
  }

  @Test
  void anUnknownCommitIsRejected() {
    var unknown = "0123456789012345678901234567890123456789";

    assertThat(post(new CommitStatus(unknown, "pgbaton/prod", State.SUCCESS, "it")))
        .isInstanceOfSatisfying(
            Rejected.class, it -> assertThat(it.reason()).contains("no commit " + unknown));
  }

  @Test
  void aWrongTokenIsOwed() throws IOException {
    var commit = repository.add("orders.yaml", "kind: PostgresCluster");
    Files.writeString(token, "0000000000000000000000000000000000000000");

    assertThat(post(new CommitStatus(commit, "pgbaton/prod", State.SUCCESS, "it")))
        .isInstanceOfSatisfying(
            Later.class, it -> assertThat(it.reason()).contains("put a valid token into " + token));
  }

  private Delivery post(CommitStatus status) {
    return ForgeStatuses.of(
            new ForgeSettings(
                ForgeKind.GITEA,
                repository.url(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(token),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(10)))
        .post(status);
  }
}
