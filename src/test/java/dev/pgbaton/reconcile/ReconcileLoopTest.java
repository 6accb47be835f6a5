package dev.pgbaton.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.report.CommitStatuses.Delivery;
import dev.pgbaton.report.Contexts;
import dev.pgbaton.spec.SpecSource.Fetched;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ReconcileLoopTest {
  private static final Duration INTERVAL = Duration.ofMillis(200);

  private static final ReconcileLoop.Listener NOBODY =
      new ReconcileLoop.Listener() {
        @Override
        public void fetched(Fetched fetched) {}

        @Override
        public void passed(Pass pass, Optional<Pass> before) {}

        @Override
        public void failed(ClusterId id, RuntimeException e) {}
      };

  @Test
  void theRepositoryIsAskedAtMostOnceAnIntervalHoweverOftenSomethingMoves() {
    var asked = fetches(new Fetched.Nothing("there is no commit yet"), 6);

    assertThat(gaps(asked)).allMatch(gap -> gap >= 0.8 * INTERVAL.toMillis() - 1);
  }

  @Test
  void aRepositoryThatDoesNotAnswerIsAskedLessAndLessOften() {
    var gaps = gaps(fetches(new Fetched.Unreachable("connection refused"), 4));

    assertThat(gaps.getLast()).isGreaterThan(2 * INTERVAL.toMillis());
  }

  private static List<Instant> fetches(Fetched answer, int times) {
    var asked = new CopyOnWriteArrayList<Instant>();
    var journal = new MemoryJournal();
    var contexts = new Contexts("test");
    try (var loop =
        new ReconcileLoop(
            () -> {
              asked.add(Instant.now());
              return answer;
            },
            null,
            new Reporter(_ -> new Delivery.Delivered(), journal, contexts, _ -> {}),
            journal,
            NOBODY,
            Clock.systemUTC(),
            new SplittableRandom(1),
            Set.of(),
            INTERVAL,
            2)) {
      loop.start();
      await()
          .pollInterval(Duration.ofMillis(1))
          .until(
              () -> {
                loop.wakeAll();
                loop.wake(new ClusterId("shop", "orders"));
                return asked.size() >= times;
              });
    }
    return asked;
  }

  private static List<Long> gaps(List<Instant> times) {
    return java.util.stream.IntStream.range(1, times.size())
        .mapToObj(i -> Duration.between(times.get(i - 1), times.get(i)).toMillis())
        .toList();
  }
}
