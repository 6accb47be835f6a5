package dev.pgbaton.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreshTest {
  private final AtomicInteger questions = new AtomicInteger();

  @Test
  void whoAsksLaterGetsALaterAnswer() {
    var fresh = new Fresh<>(questions::incrementAndGet);

    assertThat(List.of(fresh.get(), fresh.get())).containsExactly(1, 2);
  }

  @Test
  void allWhoWaitAreAnsweredAtOnce() throws Exception {
    var first = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var fresh =
        new Fresh<>(
            () -> {
              first.countDown();
              try {
                go.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return questions.incrementAndGet();
            });
    var one = CompletableFuture.supplyAsync(fresh::get);
    first.await();
    var threads = IntStream.range(0, 20).mapToObj(_ -> new Asking(fresh)).toList();
    threads.forEach(t -> await().until(() -> t.thread.getState() == Thread.State.BLOCKED));
    go.countDown();
    for (var t : threads) t.thread.join();

    assertThat(one.get()).isEqualTo(1);
    assertThat(threads).allSatisfy(t -> assertThat(t.answer).isEqualTo(2));
  }

  private static final class Asking {
    private final Thread thread;
    private volatile int answer;

    Asking(Fresh<Integer> fresh) {
      thread = Thread.ofPlatform().start(() -> answer = fresh.get());
    }
  }
}
