package dev.pgbaton.instance;

import dev.pgbaton.cluster.Role;
import dev.pgbaton.instance.InstanceStep.AbandonHandOff;
import dev.pgbaton.instance.InstanceStep.AskPromises;
import dev.pgbaton.instance.InstanceStep.BeginHandOff;
import dev.pgbaton.instance.InstanceStep.Checkpoint;
import dev.pgbaton.instance.InstanceStep.Clone;
import dev.pgbaton.instance.InstanceStep.CutOff;
import dev.pgbaton.instance.InstanceStep.Exit;
import dev.pgbaton.instance.InstanceStep.Follow;
import dev.pgbaton.instance.InstanceStep.HandOver;
import dev.pgbaton.instance.InstanceStep.Initialise;
import dev.pgbaton.instance.InstanceStep.Inspect;
import dev.pgbaton.instance.InstanceStep.LeadAhead;
import dev.pgbaton.instance.InstanceStep.NoteTimeline;
import dev.pgbaton.instance.InstanceStep.Promote;
import dev.pgbaton.instance.InstanceStep.Publish;
import dev.pgbaton.instance.InstanceStep.Register;
import dev.pgbaton.instance.InstanceStep.ReleaseLease;
import dev.pgbaton.instance.InstanceStep.Reload;
import dev.pgbaton.instance.InstanceStep.RenewLease;
import dev.pgbaton.instance.InstanceStep.RestartServer;
import dev.pgbaton.instance.InstanceStep.Rewind;
import dev.pgbaton.instance.InstanceStep.SetAside;
import dev.pgbaton.instance.InstanceStep.StartPrimary;
import dev.pgbaton.instance.InstanceStep.StartStandby;
import dev.pgbaton.instance.InstanceStep.Stop;
import dev.pgbaton.instance.InstanceStep.Synchronise;
import dev.pgbaton.instance.InstanceStep.TakeLease;
import dev.pgbaton.instance.InstanceStep.Wait;
import dev.pgbaton.instance.InstanceStep.WriteQuorum;
import dev.pgbaton.instance.PrimaryLease.Written;
import dev.pgbaton.instance.ServerState.Primary;
import dev.pgbaton.instance.ServerState.Standby;
import dev.pgbaton.instance.ServerState.Stopped;
import dev.pgbaton.instance.ServerState.Stopping;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Observe, decide, do one step. It has no thread and no clock of its own: whoever runs it calls
 * {@link #pass} again after at most {@link Pass#sleepAtMost}, and earlier when something has
 * happened.
 */
public final class InstanceLoop {
  private static final Duration CLOSELY = Duration.ofMillis(5);
  private static final Duration AT_EASE = Duration.ofMillis(250);

  /**
   * Peers are asked once a second; twice that may be missed before the thread of what was streamed
   * is lost.
   */
  private static final Duration UNBROKEN = Duration.ofSeconds(3);

  /** How long a hook waits for the new primary, counted from its own beginning. */
  private static final Duration SUCCESSOR_BUDGET = Duration.ofSeconds(15);

  private Identity self;
  private InstanceSettings settings;
  private final Postgres postgres;
  private final PrimaryLease lease;
  private final Peers peers;
  private final Route route;
  private final Fence fence;

  private final Promises promises = new Promises();
  private LeaseView leaseView = LeaseView.unknown();
  private Memory memory;
  private Agreement agreement;

  /** The answer on which the Lease was last taken over without a renewal: once, and no more. */
  private Optional<String> takenOverOn = Optional.empty();

  public InstanceLoop(
      Identity self,
      InstanceSettings settings,
      Postgres postgres,
      PrimaryLease lease,
      Peers peers,
      Route route,
      Fence fence,
      Duration now) {
    this.self = self;
    this.settings = settings;
    this.postgres = postgres;
    this.lease = lease;
    this.peers = peers;
    this.route = route;
    this.fence = fence;
    this.memory = Memory.begin(now);
    this.agreement = Agreement.begin(wish(), now);
  }

  /** The cluster has grown or shrunk. */
  public void reconfigure(Identity self, InstanceSettings settings) {
    this.self = self;
    this.settings = settings;
  }

  /**
   * @param view what the decision was made from
   * @param sleepAtMost zero after a step: the world has changed
   * @param ended the program is to exit
   */
  public record Pass(InstanceView view, Decision decision, Duration sleepAtMost, boolean ended) {}

  /**
   * @param now by a monotonic clock, the same one that the {@link Fence} and the {@link Peers} go
   *     by
   */
  public Pass pass(Duration now, Intents intents) {
    var view = observe(now, intents);
    var decision = InstancePlanner.decide(view, now);
    peers.askClosely(askedClosely(view, decision));
    perform(decision.step(), view, now);
    var sleep =
        switch (decision.step()) {
          case Wait(var closely) -> closely ? CLOSELY : AT_EASE;
          // It takes a moment, and is asked for until it shows.
          case CutOff _, Synchronise _ -> CLOSELY;
          default -> Duration.ZERO;
        };
    return new Pass(view, decision, sleep, decision.step() instanceof Exit);
  }

  /**
   * A holder that can't renew asks this instance to leave the Lease alone. Any thread.
   *
   * @param received by the clock of {@link #pass}
   */
  public boolean promise(Promise asked, Duration received) {
    return promises.give(asked, lease.latest(), self, received);
  }

  private Quorum wish() {
    return new Quorum(self.instances(), settings.synchronousStandbys());
  }

  /**
   * In a handoff the candidate, once everything is written that it must have: its answers take
   * processor time from the shutdown, and from its promotion. Where nobody holds the Lease
   * everybody.
   */
  private Set<String> askedClosely(InstanceView view, Decision decision) {
    if (decision.step() instanceof HandOver) return Set.of();
    return switch (view.server()) {
      case Stopping stopping when memory.handOff().isPresent() && stopping.shutDown().isPresent() ->
          Set.of(memory.handOff().get().candidate());
      case Stopped _ when memory.handOff().isPresent() ->
          Set.of(memory.handOff().get().candidate());
      case Standby _
          when decision.step() instanceof Wait(var closely) && closely && !leaseView.names(self) ->
          Set.copyOf(self.instances());
      default -> Set.of();
    };
  }

  private InstanceView observe(Duration now, Intents intents) {
    var server = postgres.state();
    lease
        .latest()
        .ifPresent(
            state -> {
              promises.seen(state);
              leaseView =
                  leaseView
                      .seen(state, heard(now))
                      .promised(promises.until(state))
                      .read(lease.readAt());
              takeOver(state);
            });
    // The machine may have slept, which the clock of the passes doesn't tell.
    if (!fence.allows()) leaseView = leaseView.unconfirmed();
    peers.among(others());
    var asked = peers.latest();
    agreement =
        agreement.observed(
            wish(), leaseView.state().map(LeaseState::quorum), postgres.quorum(), server, now);
    memory = memory.observed(server, intents, streamed(server, asked, now), now);
    if (!leaseView.names(self)) {
      fence.forbid();
      memory = memory.withoutHandOff();
    }
    return new InstanceView(
        self,
        settings,
        server,
        postgres.reloadState(),
        leaseView,
        asked,
        intents,
        memory,
        agreement);
  }

  /**
   * PostgreSQL was asked since the pass began, which takes seconds where it hangs: what others
   * wrote meanwhile must not count as older than it is.
   */
  private Duration heard(Duration begun) {
    var moment = Duration.ofNanos(fence.now().nanos());
    return moment.compareTo(begun) > 0 ? moment : begun;
  }

  /** Whoever is on the Lease has a say, whether this instance's own settings know of it or not. */
  private List<String> others() {
    var onLease = leaseView.state().map(s -> s.quorum().members()).orElse(List.of());
    return Stream.concat(self.instances().stream(), onLease.stream())
        .filter(name -> !name.equals(self.name()))
        .distinct()
        .toList();
  }

  /**
   * What it streamed stays fresh while the upstream's own program says that its PostgreSQL is down:
   * nobody can commit.
   */
  private Optional<Memory.Streamed> streamed(ServerState server, List<Peer> asked, Duration now) {
    if (server instanceof Standby standby && standby.streamingFrom().isPresent())
      return Optional.of(new Memory.Streamed(standby.streamingFrom().get(), now));
    return memory
        .streamed()
        .map(
            s -> {
              var down =
                  asked.stream()
                      .filter(p -> p.name().equals(s.from()) && p.askedSince(s.at()))
                      .anyMatch(p -> p.status().filter(status -> !status.running()).isPresent());
              return down && !InstancePlanner.elapsed(s.at(), now, UNBROKEN)
                  ? new Memory.Streamed(s.from(), now)
                  : s;
            });
  }

  private void perform(InstanceStep step, InstanceView view, Duration now) {
    switch (step) {
      case Wait _, Exit _ -> {}
      case TakeLease _ -> take(now);
      case RenewLease _ -> confirm(renewed(view), now);
      case WriteQuorum(var quorum) -> {
        if (confirm(renewed(view).agreed(quorum), now)) agreement = agreement.wrote(quorum);
      }
      case AskPromises _ -> askPromises(now);
      case ReleaseLease(var reached, var gaveUp) -> {
        if (letGo(known().released(reached), now) && gaveUp) memory = memory.gaveUp(now);
      }
      case BeginHandOff(var candidate, var asked) -> {
        memory = memory.begun(new Memory.HandOff(candidate, asked, false, now));
        postgres.checkpoint();
      }
      case Checkpoint _ -> {
        memory = memory.checkpointing(now);
        postgres.checkpoint();
      }
      case LeadAhead(var candidate, var address) -> {
        if (route.publish(known().epoch(), RouteTargets.onlyPrimary(address)))
          memory = memory.ledAhead();
        else {
          var asked = memory.handOff().filter(Memory.HandOff::asked).isPresent();
          // It may have been carried out, with the answer lost: they are led back either way.
          memory = memory.routeUnknown(now);
          abandon(candidate, asked, "clients can't be led to it", now);
        }
      }
      case HandOver(var candidate, var shutdown) ->
          letGo(
              known()
                  .handedTo(
                      candidate,
                      self.name(),
                      shutdown,
                      view.statusOf(candidate).flatMap(InstanceStatus::answer)),
              now);
      case AbandonHandOff(var candidate, var asked, var why) -> abandon(candidate, asked, why, now);
      case Initialise _ -> postgres.initialise();
      case Clone(var from) -> {
        memory = memory.needs(Optional.empty()).filled();
        postgres.cloneFrom(from);
      }
      case Inspect(var fork) -> postgres.inspect(fork);
      case Rewind(var from, var keep) -> {
        memory = memory.needs(Optional.empty());
        postgres.rewindFrom(from, keep);
      }
      case SetAside(var why) -> {
        memory = memory.needs(Optional.empty());
        postgres.setAside(why);
      }
      case StartPrimary _ -> {
        synchronise();
        postgres.startPrimary();
      }
      case StartStandby(var following) -> {
        memory = memory.needs(Optional.empty());
        synchronise();
        postgres.startStandby(following);
      }
      case Promote _ -> postgres.promote(known().epoch());
      case Follow(var upstream) -> postgres.follow(upstream);
      case CutOff _ -> postgres.cutOff();
      case Synchronise(var quorum) -> postgres.synchronise(quorum);
      case Stop(var mode, var then) -> {
        if (then.isPresent()) memory = memory.needs(then);
        postgres.stop(mode);
      }
      case RestartServer _ -> {
        // Taken first: a request that stays would be carried out again and again.
        if (note(known().restarting(), now)) postgres.stop(StopMode.FAST);
      }
      case NoteTimeline(var timeline, var history) -> postgres.noteTimeline(timeline, history);
      case Publish(var targets) -> {
        var epoch = known().epoch();
        memory =
            route.publish(epoch, targets)
                ? memory.routed(new Memory.Routed(epoch, targets, now))
                : memory.routeFailed(now);
      }
      case Register _ -> {
        memory = memory.registered(self.instances());
        postgres.register(self.instances());
      }
      case Reload _ -> postgres.reload();
    }
  }

  private void abandon(String candidate, boolean asked, String why, Duration now) {
    memory = memory.abandoned(!asked);
    note(known().refused(candidate.isEmpty() ? why : candidate + ": " + why), now);
  }

  private LeaseState known() {
    return leaseView.state().orElseThrow();
  }

  private LeaseState renewed(InstanceView view) {
    var server = view.server();
    return known().renewed(self, systemIdentifier(server), settings, server instanceof Primary);
  }

  /**
   * What the Lease says counts from the start on. A new cluster waits for nobody, because there is
   * nobody yet; where the Lease says nothing of an old one, what is mounted stays.
   */
  private void synchronise() {
    leaseView
        .state()
        .filter(s -> !s.quorum().members().isEmpty() || s.systemIdentifier().isEmpty())
        .map(LeaseState::quorum)
        .ifPresent(postgres::synchronise);
  }

  /** The Lease counts from before the write was sent, because nobody knows when it arrived. */
  private boolean confirm(LeaseState next, Duration sent) {
    var since = fence.now();
    switch (lease.write(next)) {
      case Written.Done(var state) -> {
        leaseView = leaseView.seen(state, sent).confirmed(sent, sent.plus(settings.fenceAfter()));
        fence.allow(since, settings.fenceAfter());
        return true;
      }
      case Written.Conflict _ -> {}
      // An earlier confirmation stands: if this renewal was not carried out, the others count from
      // that one.
      case Written.Unknown _ -> leaseView = leaseView.failed(sent);
    }
    return false;
  }

  /**
   * Clients wait: what was handed over on an answer of this program counts from that answer on, for
   * it was written later; if the others leave it alone for as long as this one's settings say.
   */
  private void takeOver(LeaseState state) {
    var on = state.handedOn();
    if (!leaseView.names(self) || on.isEmpty() || on.equals(takenOverOn)) return;
    takenOverOn = on;
    on.flatMap(Answer::parse)
        .filter(answer -> answer.isOf(self, memory.startedAt()))
        .filter(_ -> state.lapsesAfter().compareTo(settings.takeAfter()) >= 0)
        .map(Answer::at)
        .ifPresent(
            at -> {
              var sent = Duration.ofNanos(at.nanos());
              leaseView = leaseView.confirmed(sent, sent.plus(settings.fenceAfter()));
              fence.allow(at, settings.fenceAfter());
            });
  }

  private void take(Duration now) {
    var replaced = known();
    if (!promises.startTaking(replaced, now)) return;
    confirm(replaced.taken(self, settings), now);
    // As long as it isn't known how that ended, nothing is promised to anybody.
    if (leaseView.attemptedAt().filter(now::equals).isEmpty()) promises.taken();
  }

  /** From before the first question was sent: each of them counts from when it arrived. */
  private void askPromises(Duration sent) {
    var asked = new Promise(self.name(), self.life(), known().epoch(), known().lapsesAfter());
    // A write that was carried out without our hearing of it may have made more of them members.
    var others = others();
    leaseView = leaseView.asked(sent);
    var since = fence.now();
    if (!peers.promise(others, asked)) return;
    leaseView = leaseView.assured(sent.plus(settings.fenceAfter()));
    fence.allow(since, settings.fenceAfter());
  }

  private boolean letGo(LeaseState next, Duration sent) {
    fence.forbid();
    // Until it is known how this ends, somebody else may hold it: only a renewal can say otherwise.
    leaseView = leaseView.unconfirmed();
    return note(next, sent);
  }

  /** Writes it; by itself that gives this instance no right that it had not. */
  private boolean note(LeaseState next, Duration sent) {
    return switch (lease.write(next)) {
      case Written.Done(var state) -> {
        leaseView = leaseView.seen(state, sent);
        yield true;
      }
      case Written.Conflict _ -> false;
      case Written.Unknown _ -> {
        leaseView = leaseView.failed(sent);
        yield false;
      }
    };
  }

  private static Optional<String> systemIdentifier(ServerState server) {
    return switch (server) {
      case Primary primary -> Optional.of(primary.systemIdentifier());
      case Standby standby -> Optional.of(standby.systemIdentifier());
      case Stopped _, ServerState.Busy _, ServerState.Starting _, Stopping _ -> Optional.empty();
    };
  }

  /** What this instance says of itself, from what a pass has seen. */
  public InstanceStatus status(InstanceView view) {
    return Statuses.of(view, fence.now());
  }

  /** Whether the place of the primary is given up, or can't be. */
  public static boolean handedOff(InstanceView view) {
    return view.memory().handOffFailed()
        || !view.lease().names(view.self()) && !view.server().writable();
  }

  /**
   * Whether a pre-stop hook may return. As long as clients are still led here, this pod stays: its
   * address refuses them at once, where that of a pod that is gone lets them wait for their
   * timeout.
   */
  public static boolean mayEnd(InstanceView view, Duration now) {
    if (!handedOff(view)) return false;
    if (view.memory().handOffFailed()) return true;
    var successor = view.leaseState().flatMap(LeaseState::holder).flatMap(view::statusOf);
    return view.leaseState().flatMap(LeaseState::holder).isEmpty()
        || successor.filter(s -> s.role() == Role.PRIMARY && s.ready()).isPresent()
        || view.memory()
            .leavingSince()
            .filter(since -> InstancePlanner.elapsed(since, now, SUCCESSOR_BUDGET))
            .isPresent();
  }
}
