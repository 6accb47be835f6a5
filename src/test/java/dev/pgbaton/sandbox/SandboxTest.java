package dev.pgbaton.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.apply.StepRunner;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.git.GitSettings;
import dev.pgbaton.git.JGitSpecSource;
import dev.pgbaton.reconcile.Chronicle;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.reconcile.ReconcileLoop;
import dev.pgbaton.reconcile.Reconciler;
import dev.pgbaton.reconcile.Reporter;
import dev.pgbaton.report.ClusterHealth.Condition;
import dev.pgbaton.report.CommitStatuses.Delivery;
import dev.pgbaton.report.Contexts;
import dev.pgbaton.spec.SpecSource.Fetched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxTest {
  private static final ClusterId ORDERS = new ClusterId("shop", "orders");

  @TempDir Path directory;

  @Test
  void aCommitIsRolledOutInTheSandboxAndAFaultIsOvercome() throws Exception {
    var woken = new AtomicReference<ReconcileLoop>();
    var repository = directory.resolve("repository");
    try (var sandbox =
            Sandbox.start(
                repository,
                directory.resolve("no-seed"),
                _ -> {},
                id -> Optional.ofNullable(woken.get()).ifPresent(l -> l.wake(id)));
        var loop = loop(sandbox)) {
      woken.set(loop);
      loop.start();
      await().atMost(Duration.ofSeconds(60)).until(() -> healthy(loop));

      var file = repository.resolve("clusters/orders.yaml");
      Files.writeString(file, Files.readString(file).replace("postgres:17", "postgres:17.1"));
      try (var git = Git.open(repository.toFile())) {
        git.commit().setAll(true).setMessage("A new image").setSign(false).call();
      }
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> sandbox.journal().read(ORDERS).rollouts().size() == 1);
      assertThat(sandbox.journal().read(ORDERS).rollouts().getFirst().outage()).isPresent();

      write(directory.resolve("repository-faults"), "kill-postgres shop/orders orders-1\n");
      await().atMost(Duration.ofSeconds(60)).until(() -> healthy(loop));
      assertThat(sandbox.welcome().getFirst()).contains(repository.toString());
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
  }

  private static boolean healthy(ReconcileLoop loop) {
    return loop.fleet().passes().get(ORDERS) instanceof Pass.Done done
        && done.health().condition() == Condition.HEALTHY;
  }

  private ReconcileLoop loop(Sandbox sandbox) {
    var journal = sandbox.journal();
    var contexts = new Contexts("development");
    return new ReconcileLoop(
        new JGitSpecSource(
            new GitSettings(
                sandbox.repositoryUrl(),
                "main",
                "",
                GitSettings.DEFAULT_USERNAME,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(10),
                directory.resolve("cache"))),
        new Reconciler(
            sandbox.reader(),
            sandbox.probe(),
            journal,
            new StepRunner(sandbox.writer(), journal, sandbox.writeProbe(), "daemon"),
            new Chronicle(journal, sandbox.writeProbe(), contexts, "daemon")),
        new Reporter(_ -> new Delivery.Delivered(), journal, contexts, _ -> {}),
        journal,
        new Silent(),
        Clock.systemUTC(),
        new SplittableRandom(),
        Duration.ofMillis(500),
        2);
  }

  private static final class Silent implements ReconcileLoop.Listener {
    @Override
    public void fetched(Fetched fetched) {}

    @Override
    public void passed(Pass pass, Optional<Pass> before) {}

    @Override
    public void failed(ClusterId id, RuntimeException e) {}
  }
}
