package dev.pgbaton.instance;

import dev.pgbaton.cluster.Role;
import dev.pgbaton.instance.InstanceLoop.Pass;
import dev.pgbaton.instance.InstanceStep.Publish;
import dev.pgbaton.instance.InstanceStep.RenewLease;
import dev.pgbaton.instance.InstanceStep.Wait;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Gives the loop its thread and its clock, and others their way to ask it. */
public final class InstanceRunner {
  /** A pass that takes longer than this hangs, and the container is better restarted. */
  private static final Duration HANGING = Duration.ofSeconds(30);

  /**
   * Until every node leads clients elsewhere: the primary notices within a second that a replica is
   * about to end, and kube-proxy takes another one for what it writes then.
   */
  private static final Duration LINGER = Duration.ofMillis(2_500);

  /** What is tried again and again is said again after this, and what only goes on after that. */
  private static final Duration SHORT = Duration.ofSeconds(10);

  private static final Duration LONG = Duration.ofMinutes(1);

  private static final Duration TAKE_OVER = Duration.ofSeconds(30);

  private static final Duration AFTER_TROUBLE = Duration.ofSeconds(1);

  private final Semaphore wake = new Semaphore(0);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Consumer<String> log;
  private volatile InstanceLoop loop;
  private Fresh<ServerState> fresh;
  private volatile Intents intents = Intents.NONE;
  private volatile Pass last;
  private volatile Duration passedAt = now();
  private final SequencedMap<String, Duration> told = new LinkedHashMap<>();

  public InstanceRunner(Consumer<String> log) {
    this.log = log;
  }

  /** Something has happened: the next pass is now. Any thread. */
  public void wake() {
    wake.release();
  }

  /**
   * Runs until the program is to end.
   *
   * @param fresh asks the server at this moment, for those who ask between two passes
   * @param before is done before every pass
   * @param after sees every pass, for what only follows the state
   */
  public void run(
      InstanceLoop instance,
      Supplier<ServerState> fresh,
      Runnable before,
      Consumer<InstanceView> after)
      throws InterruptedException {
    this.loop = instance;
    this.fresh = new Fresh<>(fresh);
    while (true) {
      var pass = passOnce(before, after);
      if (pass.filter(Pass::ended).isPresent()) break;
      var sleep = pass.map(Pass::sleepAtMost).orElse(AFTER_TROUBLE);
      if (wake.tryAcquire(sleep.toNanos(), TimeUnit.NANOSECONDS)) wake.drainPermits();
    }
    ended.countDown();
  }

  private Optional<Pass> passOnce(Runnable before, Consumer<InstanceView> after) {
    var asked = intents;
    try {
      before.run();
      var began = now();
      var pass = loop.pass(began, asked);
      last = pass;
      passedAt = now();
      tell(pass, passedAt.minus(began));
      after.accept(pass.view());
      return Optional.of(pass);
    } catch (RuntimeException | LinkageError e) {
      // The fence stands by itself; the next pass starts from what is then.
      log.accept("a pass went wrong: " + e);
      return Optional.empty();
    }
  }

  private void tell(Pass pass, Duration took) {
    var decision = pass.decision();
    if (isRoutine(pass)) return;
    var line =
        decision.step() instanceof Wait
            ? "waiting: " + decision.reason()
            : "%s: %s (%d ms)".formatted(decision.step(), decision.reason(), took.toMillis());
    var at = told.get(line);
    var still = line.equals(last(told));
    var mayRepeat =
        decision.step() instanceof Wait || pass.view().lease().attemptedAt().isPresent();
    if (mayRepeat && at != null && now().minus(at).compareTo(still ? LONG : SHORT) < 0) return;
    told.values().removeIf(then -> now().minus(then).compareTo(SHORT) >= 0);
    told.remove(line);
    told.put(line, now());
    log.accept(line);
  }

  private static String last(SequencedMap<String, Duration> told) {
    return told.isEmpty() ? "" : told.lastEntry().getKey();
  }

  /** What goes on all the time, and changes nothing. */
  private static boolean isRoutine(Pass pass) {
    return switch (pass.decision().step()) {
      case RenewLease _ -> true;
      case Publish(var targets) ->
          pass.view().memory().routed().filter(r -> r.targets().equals(targets)).isPresent();
      default -> false;
    };
  }

  public boolean alive() {
    return now().minus(passedAt).compareTo(HANGING) < 0;
  }

  public String reason() {
    var pass = last;
    return pass == null ? "starting" : pass.decision().reason();
  }

  /** As of this moment; empty before the first pass. */
  public Optional<InstanceStatus> status() {
    return Optional.ofNullable(last)
        .map(Pass::view)
        .map(
            v ->
                new InstanceView(
                    v.self(),
                    v.settings(),
                    fresh.get(),
                    v.reload(),
                    v.lease(),
                    v.peers(),
                    intents,
                    v.memory(),
                    v.agreement()))
        .map(view -> loop.status(view));
  }

  /** Whether this instance will leave the Lease to its holder for a while. */
  public boolean promise(Promise asked) {
    return loop != null && loop.promise(asked, now());
  }

  /** The pod is about to end: returns when this instance has given up its place, or can't. */
  public String handOff() throws InterruptedException {
    intents = new Intents(true, intents.terminate());
    wake();
    while (true) {
      var pass = last;
      if (pass != null
          && pass.view().intents().handOff()
          && InstanceLoop.mayEnd(pass.view(), now())) {
        if (!pass.view().peers().isEmpty()) ended.await(LINGER.toMillis(), TimeUnit.MILLISECONDS);
        return pass.view().memory().handOffFailed() ? "not handed over" : "not the primary";
      }
      if (ended.await(5, TimeUnit.MILLISECONDS)) return "ended";
    }
  }

  /**
   * A person wants this instance to be the primary without what only the last one may have.
   *
   * @param givenUp the last primary's name, so that nobody gives up what he did not mean
   * @return what came of it
   */
  public String takeOver(String givenUp) throws InterruptedException {
    var pass = last;
    var lease = pass == null ? null : pass.view().leaseState().orElse(null);
    if (lease == null) return "refused: the Lease could not be read yet";
    if (pass.view().lease().names(pass.view().self())) return "refused: this is the primary";
    if (lease.holder().isPresent() && !pass.view().lease().lapsed(now(), pass.view().settings()))
      return "refused: %s holds the Lease".formatted(lease.holder().get());
    if (lease.lastHolder().filter(givenUp::equals).isEmpty())
      return "refused: the last primary was %s, not %s"
          .formatted(lease.lastHolder().orElse("nobody"), givenUp);
    log.accept("asked to take over without the data of " + givenUp);
    intents = new Intents(intents.handOff(), intents.terminate(), Optional.of(givenUp));
    wake();
    try {
      for (var until = now().plus(TAKE_OVER); now().compareTo(until) < 0; ) {
        if (status().filter(s -> s.role() == Role.PRIMARY && s.ready()).isPresent())
          return "this is the primary now";
        if (ended.await(20, TimeUnit.MILLISECONDS)) return "ended";
      }
      return "not yet: " + reason();
    } finally {
      intents = new Intents(intents.handOff(), intents.terminate());
    }
  }

  /** SIGTERM: returns when everything has stopped. */
  public void terminate() throws InterruptedException {
    intents = new Intents(true, true);
    wake();
    ended.await();
  }

  private static Duration now() {
    return Duration.ofNanos(System.nanoTime());
  }
}
