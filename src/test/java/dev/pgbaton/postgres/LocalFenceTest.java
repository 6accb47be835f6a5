package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFenceTest {
  @TempDir Path data;
  private final LocalFence.Target target = new LocalFence.Target();
  private final List<String> said = Collections.synchronizedList(new ArrayList<>());
  private Process server;

  @AfterEach
  void end() {
    server.destroyForcibly();
  }

  private void start(boolean asPrimary, String... command) throws IOException {
    server = target.start(asPrimary, new ProcessBuilder(command));
  }

  @Test
  void aServerIsCutOffAtTheDeadlineWithoutBeingAsked() throws Exception {
    var fence = new LocalFence(target, data, said::add);
    fence.allow(fence.now(), Duration.ofMillis(800));
    start(true, "sleep", "60");

    assertThat(server.waitFor(100, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(server.waitFor(5, TimeUnit.SECONDS)).isTrue();
    await().untilAsserted(() -> assertThat(said).isNotEmpty());
  }

  @Test
  void whatTheMachineSleepsCountsThoughTheJvmsClockStandsStill() throws Exception {
    var asleep = new AtomicLong();
    var fence = new LocalFence(target, data, () -> System.nanoTime() + asleep.get(), said::add);
    fence.allow(fence.now(), Duration.ofSeconds(60));
    start(true, "sleep", "60");
    assertThat(server.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();

    asleep.set(TimeUnit.SECONDS.toNanos(90));

    assertThat(server.waitFor(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aSleepBetweenARequestAndItsAnswerCounts() throws Exception {
    var asleep = new AtomicLong();
    var fence = new LocalFence(target, data, () -> System.nanoTime() + asleep.get(), said::add);
    var sent = fence.now();
    asleep.set(TimeUnit.SECONDS.toNanos(90));
    fence.allow(sent, Duration.ofSeconds(60));
    start(true, "sleep", "60");

    assertThat(server.waitFor(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void oneThatDoesNotListenIsKilled() throws Exception {
    start(true, "sh", "-c", "trap '' QUIT; while :; do sleep 0.05; done");
    new LocalFence(target, data, said::add).forbid();

    assertThat(server.waitFor(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whatWasAllowedWhileTheFenceLookedIsLeftAlone() throws Exception {
    var looks = new Semaphore(0);
    var goOn = new Semaphore(0);
    var held = new AtomicBoolean();
    start(false, "sleep", "60");
    var fence =
        new LocalFence(
            target,
            data,
            () -> {
              if (Thread.currentThread().getName().equals("fence")
                  && held.compareAndSet(false, true)) {
                looks.release();
                goOn.acquireUninterruptibly();
              }
              return System.nanoTime();
            },
            said::add);
    looks.acquire();
    // It has read the deadline that is over.
    fence.allow(fence.now(), Duration.ofSeconds(60));
    target.isWritable();
    goOn.release();

    assertThat(server.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();
    fence.forbid();
    assertThat(server.waitFor(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aStandbyIsLeftAlone() throws Exception {
    start(false, "sleep", "60");
    new LocalFence(target, data, said::add).forbid();

    await().during(Duration.ofMillis(300)).until(server::isAlive);
  }

  @Test
  void onlyOnceItMayWriteItIsCutOff() throws Exception {
    start(false, "sleep", "60");
    new LocalFence(target, data, said::add).forbid();
    target.isWritable();

    assertThat(server.waitFor(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void theGuardEndsAServerWhoseDeadlineNobodyMovesOn() throws Exception {
    var guard = new Guard(said::add);
    start(true, "sleep", "60");
    guard.watch(server.pid(), 1, TimeUnit.MILLISECONDS.toNanos(300));

    assertThat(server.waitFor(5, TimeUnit.SECONDS)).isTrue();
    guard.end();
  }

  @Test
  void theGuardLeavesAServerAloneWhoseDeadlineMovesOn() throws Exception {
    var guard = new Guard(said::add);
    start(true, "sleep", "60");
    for (int i = 0; i < 8; i++) {
      guard.watch(server.pid(), i, TimeUnit.MILLISECONDS.toNanos(500));
      Thread.sleep(200);
    }
    guard.watch(0, 0, 0);

    await().during(Duration.ofMillis(1200)).until(server::isAlive);
    guard.end();
  }

  @Test
  void theGuardEndsAServerThatIsStoppedAndItsChildren() throws Exception {
    var guard = new Guard(said::add);
    start(true, "bash", "-c", "sleep 61 & sleep 62");
    await().until(() -> server.children().count() == 2);
    var children = server.children().toList();
    new ProcessBuilder("kill", "-STOP", Long.toString(server.pid())).start().waitFor();
    guard.watch(server.pid(), 1, 0);

    assertThat(server.waitFor(5, TimeUnit.SECONDS)).isTrue();
    await().until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    guard.end();
  }
}
