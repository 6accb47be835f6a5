package dev.pgbaton.reconcile;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.OwedStatus;
import dev.pgbaton.report.ClusterHealth;
import dev.pgbaton.report.CommitStatus;
import dev.pgbaton.report.CommitStatus.State;
import dev.pgbaton.report.CommitStatuses;
import dev.pgbaton.report.CommitStatuses.Delivery;
import dev.pgbaton.report.Contexts;
import dev.pgbaton.spec.SpecRevision;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Brings the commits' statuses to what is the case. What was posted is in the journal, so nothing
 * is posted twice.
 */
public final class Reporter {
  /** The summary of a repository has a journal of its own; a dot is in no namespace's name. */
  static final ClusterId REPOSITORY = new ClusterId("pgbaton.dev", "repository");

  /** A blip of an instance that comes back by itself turns no commit red. */
  private static final Duration BLIP = Duration.ofSeconds(30);

  /** Progress is told at most this often: forges count statuses. */
  private static final Duration PROGRESS = Duration.ofSeconds(5);

  private final CommitStatuses statuses;
  private final Journal journal;
  private final Contexts contexts;
  private final Listener listener;
  private final Map<ClusterId, Set<String>> refused = new ConcurrentHashMap<>();
  private final Map<ClusterId, Instant> unwellSince = new ConcurrentHashMap<>();
  private final Map<String, Instant> postedAt = new ConcurrentHashMap<>();
  private volatile Instant notBefore = Instant.MIN;

  /** Hears what becomes of statuses. */
  public interface Listener {
    /**
     * @param why the forge did not take one, in words for the log
     */
    void notTaken(String why);

    /**
     * How many statuses of a cluster the forge has not taken, after each time that they were looked
     * at. One that was refused for good counts until the forge takes another of that cluster.
     *
     * @param of empty for the whole repository's
     */
    default void undelivered(Optional<ClusterId> of, int statuses) {}
  }

  public Reporter(CommitStatuses statuses, Journal journal, Contexts contexts, Listener listener) {
    this.statuses = statuses;
    this.journal = journal;
    this.contexts = contexts;
    this.listener = listener;
  }

  /**
   * Posts a cluster's status on the commit that it is at, and what is owed to others.
   *
   * @return when to call again although nothing moved; empty if everything is delivered
   */
  public Optional<Duration> cluster(ClusterId id, ClusterHealth health, Instant now) {
    var entry = journal.read(id);
    var intent = entry.intent();
    if (intent.isEmpty()) return Optional.empty();
    var wait = waitBeforeRed(id, health, intent.get(), now);
    var wanted =
        wait.isPresent()
            ? Optional.<CommitStatus>empty()
            : Optional.of(
                new CommitStatus(
                    intent.get().commit(), contexts.of(id), health.state(), health.sentence()));
    return soonest(deliver(id, entry, wanted, now), wait);
  }

  /** Posts the whole repository's status on its head. */
  public Optional<Duration> summary(
      Optional<SpecRevision> head, Collection<Pass> passes, List<String> problems, Instant now) {
    if (head.isEmpty()) return Optional.empty();
    var entry = journal.read(REPOSITORY);
    var commit = head.get().commit();
    if (!entry.intent().map(i -> i.commit().equals(commit)).orElse(false)) {
      var written = journal.write(REPOSITORY, newHead(entry, head.get(), now));
      if (written.isEmpty()) return Optional.of(Duration.ofSeconds(1));
      entry = written.get();
    }
    var wait =
        passes.stream().map(p -> blipLeft(p.id(), now)).reduce(Optional.empty(), Reporter::soonest);
    var status = Summary.of(passes, problems);
    var wanted = new CommitStatus(commit, contexts.summary(), status.state(), status.text());
    return soonest(
        deliver(REPOSITORY, entry, wait.isPresent() ? Optional.empty() : Optional.of(wanted), now),
        wait);
  }

  /**
   * How long it is still waited whether an instance comes back by itself; empty if it is not waited
   * for.
   */
  private Optional<Duration> blipLeft(ClusterId id, Instant now) {
    return Optional.ofNullable(unwellSince.get(id))
        .map(since -> Duration.between(now, since.plus(BLIP)))
        .filter(Duration::isPositive);
  }

  private JournalEntry newHead(JournalEntry entry, SpecRevision head, Instant now) {
    var owed = new ArrayList<>(entry.owed());
    entry
        .intent()
        .filter(
            old ->
                entry
                    .reported()
                    .getOrDefault(
                        Contexts.key(old.commit(), contexts.summary()), State.PENDING.name())
                    .startsWith(State.PENDING.name()))
        .ifPresent(
            old ->
                owed.add(
                    new OwedStatus(
                        old.commit(),
                        contexts.summary(),
                        State.ERROR.name(),
                        "superseded by " + head.shortCommit())));
    return entry
        .withIntent(new JournalEntry.Intent(head.commit(), head.commit(), "", now, false))
        .withStatuses(entry.reported(), owed);
  }

  /**
   * A cluster that was well and is not now gets a moment to come back before its commit turns red.
   */
  private Optional<Duration> waitBeforeRed(
      ClusterId id, ClusterHealth health, JournalEntry.Intent intent, Instant now) {
    var passing =
        switch (health.condition()) {
          case DEGRADED, UNWRITABLE -> true;
          case HEALTHY, PROGRESSING, BLOCKED -> false;
        };
    if (!passing) {
      unwellSince.remove(id);
      return Optional.empty();
    }
    unwellSince.putIfAbsent(id, now);
    return blipLeft(id, now);
  }

  private Optional<Duration> deliver(
      ClusterId id, JournalEntry read, Optional<CommitStatus> wanted, Instant now) {
    var noted = wanted.map(w -> noted(id, read, w)).orElse(Optional.of(read));
    if (noted.isEmpty()) return Optional.of(Duration.ofSeconds(1));
    var entry = noted.get();
    var reported = new TreeMap<>(entry.reported());
    var owed = new ArrayList<OwedStatus>();
    var late = new HashSet<String>();
    Optional<Duration> again = Optional.empty();
    var current = wanted.map(w -> Contexts.key(w.commit(), w.context()));
    for (var debt : entry.owed()) {
      var status =
          new CommitStatus(
              debt.commit(), debt.context(), State.valueOf(debt.state()), debt.description());
      // The commit is the head's again: what is owed to it is no longer true.
      if (current.filter(Contexts.key(debt.commit(), debt.context())::equals).isPresent()) continue;
      var retry = post(id, status, now);
      if (retry.isPresent()) {
        late.add(key(status));
        owed.add(debt);
        again = soonest(again, retry);
      } else {
        reported.remove(Contexts.key(debt.commit(), debt.context()));
      }
    }
    if (wanted.isPresent()) {
      var key = current.orElseThrow();
      var text = wanted.get().state() + " " + wanted.get().description();
      if (!text.equals(reported.get(key))) {
        var tooSoon = tooSoon(wanted.get(), read.reported().get(key), now);
        var retry = tooSoon.or(() -> post(id, wanted.get(), now));
        if (retry.isPresent() && tooSoon.isEmpty()) late.add(key);
        if (retry.isEmpty()) {
          postedAt.put(wanted.get().context(), now);
          reported
              .keySet()
              .removeIf(k -> k.endsWith(" " + wanted.get().context()) && !k.equals(key));
          reported.put(key, text);
        }
        again = soonest(again, retry);
      }
    }
    late.addAll(refusedOf(id));
    listener.undelivered(Optional.of(id).filter(it -> !it.equals(REPOSITORY)), late.size());
    if (!reported.equals(entry.reported()) || !owed.equals(entry.owed())) {
      if (journal.write(id, entry.withStatuses(reported, owed)).isEmpty())
        return Optional.of(Duration.ofSeconds(1));
    }
    return again;
  }

  /**
   * A commit that had its last word and is pending again is noted before it is posted: whoever
   * comes next has to know that it is owed another one.
   *
   * @return the journal as it is then, or empty if it could not be written
   */
  private Optional<JournalEntry> noted(ClusterId id, JournalEntry entry, CommitStatus status) {
    var key = Contexts.key(status.commit(), status.context());
    var before = entry.reported().get(key);
    if (status.state() != State.PENDING
        || before == null
        || before.startsWith(State.PENDING.name())) return Optional.of(entry);
    var reported = new TreeMap<>(entry.reported());
    reported.put(key, State.PENDING.name());
    return journal.write(id, entry.withStatuses(reported, entry.owed()));
  }

  private Optional<Duration> tooSoon(CommitStatus status, String before, Instant now) {
    var progress =
        status.state() == State.PENDING
            && before != null
            && before.startsWith(State.PENDING.name());
    var last = postedAt.get(status.context());
    if (!progress || last == null) return Optional.empty();
    var left = Duration.between(now, last.plus(PROGRESS));
    return left.isPositive() ? Optional.of(left) : Optional.empty();
  }

  /**
   * @return when to try again; empty if it is done with
   */
  private Optional<Duration> post(ClusterId id, CommitStatus status, Instant now) {
    if (now.isBefore(notBefore)) return Optional.of(Duration.between(now, notBefore));
    return switch (statuses.post(status)) {
      case Delivery.Delivered() -> {
        refusedOf(id).clear();
        yield Optional.empty();
      }
      case Delivery.Later(var after, var reason) -> {
        notBefore = now.plus(after);
        listener.notTaken(
            "the forge does not take a status now, tried again in %d s: %s"
                .formatted(after.toSeconds(), reason));
        yield Optional.of(after);
      }
      case Delivery.Rejected(var reason) -> {
        refusedOf(id).add(key(status));
        listener.notTaken(
            "the forge refuses the status of %s (%s): %s"
                .formatted(status.commit(), status.context(), reason));
        yield Optional.empty();
      }
    };
  }

  private Set<String> refusedOf(ClusterId id) {
    return refused.computeIfAbsent(id, _ -> ConcurrentHashMap.newKeySet());
  }

  private static String key(CommitStatus status) {
    return Contexts.key(status.commit(), status.context());
  }

  private static Optional<Duration> soonest(Optional<Duration> one, Optional<Duration> other) {
    return Stream.of(one, other).flatMap(Optional::stream).min(Duration::compareTo);
  }
}
