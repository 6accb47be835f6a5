package dev.pgbaton.observed;

import dev.pgbaton.cluster.ObjectKey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What must outlive a pass. Everything else is found again from Git and the live state.
 *
 * @param version the ConfigMap's resourceVersion; empty before the first write
 * @param intent what the cluster is being brought to, or is at
 * @param step the disruptive step that was begun last
 * @param rollout the rollout under way
 * @param quarantine the intent that failed and is not tried again
 * @param lastGood the instances' template, settings and pgpool, as JSON, that last worked together
 * @param inventory what was applied and may be pruned
 * @param admission differences that survive an apply, by object: reported once and not fought
 * @param reported the last status posted, by commit and context
 * @param owed statuses that the forge has not taken yet
 * @param rollouts the last 50, newest last
 * @param systemIdentifier PostgreSQL's; once known, an instance without data never makes a new
 *     database
 * @param handedOn what this commit no longer names and was left to others, in words
 * @param suspension somebody's, beside the repository: no commit lifts it
 */
public record JournalEntry(
    String version,
    Optional<Intent> intent,
    Optional<StepRecord> step,
    Optional<Rollout> rollout,
    Optional<Quarantine> quarantine,
    Optional<String> lastGood,
    SortedSet<ObjectKey> inventory,
    Map<String, String> admission,
    Map<String, String> reported,
    List<OwedStatus> owed,
    List<Rollout> rollouts,
    Optional<String> systemIdentifier,
    List<String> handedOn,
    Optional<Suspension> suspension) {

  /** How {@link #lastGood} begins where it may hold passwords: it is not kept in the open then. */
  public static final String CONFIDENTIAL = "{\"confidential\":true";

  public static final JournalEntry EMPTY =
      new JournalEntry(
          "",
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          new TreeSet<>(),
          Map.of(),
          Map.of(),
          List.of(),
          List.of(),
          Optional.empty(),
          List.of(),
          Optional.empty());

  /**
   * @param commit the commit that brought this content
   * @param hash of the intent's content: another commit with the same content is no change
   * @param path the file it was read from
   * @param done whether it has been reached once
   */
  public record Intent(String commit, String hash, String path, Instant since, boolean done) {}

  /**
   * @param target the pod it was done to
   * @param startedAt when it was tried last: once it goes through, the pod's time counts from here
   * @param triedSince when the very same was tried first, to no avail; empty for a first try
   */
  public record StepRecord(
      String text,
      String target,
      String targetUid,
      Instant startedAt,
      Optional<Instant> triedSince) {
    public StepRecord(String text, String target, String targetUid, Instant startedAt) {
      this(text, target, targetUid, startedAt, Optional.empty());
    }
  }

  /**
   * @param daemon the process that measures: a gap that another one began to measure is not known
   * @param outage the longest gap between acknowledged writes; empty = not known
   * @param outcome empty while it goes on
   */
  public record Rollout(
      String commit,
      String reason,
      Instant startedAt,
      Optional<Instant> endedAt,
      String daemon,
      Optional<Duration> outage,
      Optional<String> outcome) {}

  /**
   * @param hash the intent's; a new one is tried again
   * @param code of the reason; empty in a journal of an earlier pgbaton
   */
  public record Quarantine(String hash, String commit, String reason, Instant since, String code) {
    public Quarantine(String hash, String commit, String reason, Instant since) {
      this(hash, commit, reason, since, "");
    }
  }

  /**
   * @param state as {@code report.CommitStatus.State}
   */
  public record OwedStatus(String commit, String context, String state, String description) {}

  /**
   * Nothing is done for the cluster until somebody lifts it.
   *
   * @param by who has asked for it, as Kubernetes calls them
   */
  public record Suspension(String by, Instant since) {
    /** In a sentence. */
    public String text() {
      return "suspended by %s since %s".formatted(by, since.truncatedTo(ChronoUnit.SECONDS));
    }
  }

  public JournalEntry withVersion(String version) {
    return with(draft -> draft.version = version);
  }

  public JournalEntry withIntent(Intent intent) {
    return with(draft -> draft.intent = Optional.of(intent));
  }

  public JournalEntry withStep(Optional<StepRecord> step) {
    return with(draft -> draft.step = step);
  }

  public JournalEntry withRollout(Optional<Rollout> rollout) {
    return with(draft -> draft.rollout = rollout);
  }

  public JournalEntry withQuarantine(Optional<Quarantine> quarantine) {
    return with(draft -> draft.quarantine = quarantine);
  }

  public JournalEntry withLastGood(Optional<String> lastGood) {
    return with(draft -> draft.lastGood = lastGood);
  }

  public JournalEntry withInventory(SortedSet<ObjectKey> inventory) {
    return with(draft -> draft.inventory = inventory);
  }

  public JournalEntry withAdmission(Map<String, String> admission) {
    return with(draft -> draft.admission = admission);
  }

  public JournalEntry withStatuses(Map<String, String> reported, List<OwedStatus> owed) {
    return with(
        draft -> {
          draft.reported = reported;
          draft.owed = owed;
        });
  }

  public JournalEntry withRollouts(List<Rollout> rollouts) {
    return with(draft -> draft.rollouts = rollouts);
  }

  public JournalEntry withSystemIdentifier(Optional<String> systemIdentifier) {
    return with(draft -> draft.systemIdentifier = systemIdentifier);
  }

  public JournalEntry withHandedOn(List<String> handedOn) {
    return with(draft -> draft.handedOn = handedOn);
  }

  public JournalEntry withSuspension(Optional<Suspension> suspension) {
    return with(draft -> draft.suspension = suspension);
  }

  private JournalEntry with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.entry();
  }

  /** An entry that is being changed. */
  private static final class Draft {
    String version;
    Optional<Intent> intent;
    Optional<StepRecord> step;
    Optional<Rollout> rollout;
    Optional<Quarantine> quarantine;
    Optional<String> lastGood;
    SortedSet<ObjectKey> inventory;
    Map<String, String> admission;
    Map<String, String> reported;
    List<OwedStatus> owed;
    List<Rollout> rollouts;
    Optional<String> systemIdentifier;
    List<String> handedOn;
    Optional<Suspension> suspension;

    Draft(JournalEntry entry) {
      this.version = entry.version;
      this.intent = entry.intent;
      this.step = entry.step;
      this.rollout = entry.rollout;
      this.quarantine = entry.quarantine;
      this.lastGood = entry.lastGood;
      this.inventory = entry.inventory;
      this.admission = entry.admission;
      this.reported = entry.reported;
      this.owed = entry.owed;
      this.rollouts = entry.rollouts;
      this.systemIdentifier = entry.systemIdentifier;
      this.handedOn = entry.handedOn;
      this.suspension = entry.suspension;
    }

    JournalEntry entry() {
      return new JournalEntry(
          version,
          intent,
          step,
          rollout,
          quarantine,
          lastGood,
          inventory,
          admission,
          reported,
          owed,
          rollouts,
          systemIdentifier,
          handedOn,
          suspension);
    }
  }
}
