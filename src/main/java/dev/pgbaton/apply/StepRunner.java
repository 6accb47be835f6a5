package dev.pgbaton.apply;

import dev.pgbaton.apply.ClusterWriter.Written;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Quarantine;
import dev.pgbaton.observed.JournalEntry.StepRecord;
import dev.pgbaton.observed.LeaseState;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Change;
import dev.pgbaton.plan.Drift;
import dev.pgbaton.plan.Refusal;
import dev.pgbaton.plan.Step;
import dev.pgbaton.plan.Step.Apply;
import dev.pgbaton.plan.Step.Claim;
import dev.pgbaton.plan.Step.GiveUp;
import dev.pgbaton.plan.Step.HandOffPrimary;
import dev.pgbaton.plan.Step.LabelRoles;
import dev.pgbaton.plan.Step.Prune;
import dev.pgbaton.plan.Step.Reload;
import dev.pgbaton.plan.Step.ReplacePgpool;
import dev.pgbaton.plan.Step.RestartInPlace;
import dev.pgbaton.plan.Step.RestartReplica;
import dev.pgbaton.plan.Step.RestartSolo;
import dev.pgbaton.plan.Step.Rotate;
import dev.pgbaton.plan.Step.TellLogins;
import dev.pgbaton.plan.Step.TellPasswords;
import dev.pgbaton.plan.Step.TellPgpool;
import dev.pgbaton.plan.Step.TellUsers;
import dev.pgbaton.plan.Step.WritePasswords;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Carries out one step. The journal says what is about to be done before it is done: whoever comes
 * next knows.
 */
public final class StepRunner {
  /** Longer than a drain that waits for one of our own pods to come back. */
  private static final Duration EVICTION_PATIENCE = Duration.ofMinutes(5);

  private final ClusterWriter writer;
  private final Journal journal;
  private final WriteProbe writeProbe;
  private final String daemon;

  /**
   * @param daemon names this process: a measurement that another one began is not ours to end
   */
  public StepRunner(ClusterWriter writer, Journal journal, WriteProbe writeProbe, String daemon) {
    this.writer = writer;
    this.journal = journal;
    this.writeProbe = writeProbe;
    this.daemon = daemon;
  }

  public Outcome run(Step step, ObservedCluster observed, Instant now) {
    var layout = observed.layout();
    var entry = observed.journal();
    return switch (step) {
      case Apply(var changes) -> apply(changes, observed, now);
      case Prune(var leftovers) -> prune(step, leftovers, observed);
      case Claim(var pods) -> each(step, pods, pod -> writer.claim(layout, pod));
      case LabelRoles(var roles, var pods) ->
          each(step, pods, pod -> writer.labelRole(layout, pod, roles.get(pod.name())));
      case Reload(var pods, var hash) ->
          noted(step, entry, pods.getFirst(), now, observed)
              .orElseGet(() -> each(step, pods, pod -> writer.annotateReload(layout, pod, hash)));
      case TellUsers(var hash) ->
          outcome(step, writer.announceUsers(layout, leaseVersion(observed), hash, now));
      case TellPgpool(var pods, var hash) ->
          each(step, pods, pod -> writer.annotateReload(layout, pod, hash));
      case Rotate(var to, var rotation, var version) ->
          outcome(step, writer.rotate(layout, version, to, rotation));
      case WritePasswords(var secrets, _, _) -> each(step, secrets, writer::writePasswords);
      case TellPasswords(var told) ->
          outcome(step, writer.announcePasswords(layout, leaseVersion(observed), told));
      case TellLogins(var pods, var id) ->
          each(step, pods, pod -> writer.annotateLogins(layout, pod, id));
      case RestartReplica(var pod, var neverReady, _) ->
          begun(step, entry, pod, now, observed)
              .orElseGet(
                  () ->
                      neverReady
                          ? outcome(step, writer.deletePod(layout, pod))
                          : evict(step, observed, pod, now));
      case RestartSolo(var pod, _) ->
          begun(step, entry, pod, now, observed).orElseGet(() -> evict(step, observed, pod, now));
      case HandOffPrimary(var primary, var candidate, _) ->
          begun(step, entry, primary, now, observed)
              .orElseGet(() -> outcome(step, handOff(observed, primary, candidate)));
      case RestartInPlace(var pod, _) ->
          begun(step, entry, pod, now, observed)
              .orElseGet(
                  () -> outcome(step, writer.requestRestart(layout, leaseVersion(observed), pod)));
      case ReplacePgpool(var pod, _) ->
          noted(step, entry, pod, now, observed)
              .orElseGet(() -> outcome(step, writer.evict(layout, pod)));
      case GiveUp(var refusal, var why) -> giveUp(step, observed, refusal, why, now);
    };
  }

  /** A refusal may pass any moment, but not for ever without a word. */
  private Outcome evict(Step step, ObservedCluster observed, PodRef pod, Instant now) {
    var outcome = outcome(step, writer.evict(observed.layout(), pod));
    if (!(outcome instanceof Outcome.Postponed(var why))) return outcome;
    var since = triedBefore(step, observed.journal(), pod);
    return since.filter(first -> !now.isBefore(first.plus(EVICTION_PATIENCE))).isPresent()
        ? new Outcome.Failed(
            Refusal.EVICTION_REFUSED,
            "%s can't be evicted, for %d minutes now: %s"
                .formatted(pod, Duration.between(since.get(), now).toMinutes(), why))
        : outcome;
  }

  private static Optional<Instant> triedBefore(Step step, JournalEntry entry, PodRef target) {
    return entry
        .step()
        .filter(s -> s.text().equals(step.text()) && s.targetUid().equals(target.uid()))
        .map(s -> s.triedSince().orElse(s.startedAt()));
  }

  private Written handOff(ObservedCluster observed, PodRef primary, PodRef candidate) {
    // Somebody else's pods know no Lease: their pre-stop hook hands off.
    return observed.layout().capabilities().instanceProgram()
        ? writer.requestHandoff(observed.layout(), leaseVersion(observed), candidate)
        : writer.evict(observed.layout(), primary);
  }

  private static String leaseVersion(ObservedCluster observed) {
    return observed.lease().map(LeaseState::resourceVersion).orElse("");
  }

  private Outcome apply(List<Change> changes, ObservedCluster observed, Instant now) {
    var entry = observed.journal();
    var inventory = new TreeSet<>(entry.inventory());
    changes.forEach(c -> inventory.add(c.object().key()));
    if (!inventory.equals(entry.inventory())) {
      var written = journal.write(observed.layout().id(), entry.withInventory(inventory));
      if (written.isEmpty()) return new Outcome.Stale("the journal moved");
      entry = written.get();
    }
    var admission = new HashMap<>(entry.admission());
    var overruled = new ArrayList<String>();
    for (Change change : changes) {
      var written = writer.write(change.object());
      if (!(written instanceof Written.Done(var object, var whose))) {
        return outcome(new Apply(List.of(change)), written);
      }
      remember(admission, change.object(), object);
      whose.ifPresent(overruled::add);
    }
    if (!admission.equals(entry.admission())
        && journal.write(observed.layout().id(), entry.withAdmission(admission)).isEmpty()) {
      return new Outcome.Stale("the journal moved");
    }
    var suffix = overruled.isEmpty() ? "" : " (" + String.join("; ", overruled) + ")";
    return new Outcome.Applied(new Apply(changes).text() + suffix);
  }

  /**
   * What the server made something else of right as we wrote it is admission's doing: fighting it
   * would never end.
   */
  private static void remember(
      HashMap<String, String> admission,
      DesiredObject desired,
      io.fabric8.kubernetes.api.model.HasMetadata object) {
    var difference =
        switch (desired.policy()) {
          case APPLY, ADOPT, COMPOSED, DECRYPTED -> Drift.difference(desired.object(), object);
          case GENERATED ->
              desired.isLeftAs(object)
                  ? Optional.<String>empty()
                  : Drift.difference(desired.object(), object);
          case CREATE_ONCE, GENERATE_ONCE -> Optional.<String>empty();
        };
    difference.ifPresentOrElse(
        d -> admission.put(desired.key().toString(), d),
        () -> admission.remove(desired.key().toString()));
  }

  /** A disruptive step begins: noted as the step, and as a rollout whose outage is measured. */
  private Optional<Outcome> begun(
      Step step, JournalEntry entry, PodRef target, Instant now, ObservedCluster observed) {
    var commit = entry.intent().map(JournalEntry.Intent::commit).orElse("");
    var rollout =
        entry
            .rollout()
            .orElseGet(
                () ->
                    new JournalEntry.Rollout(
                        commit,
                        step.text(),
                        now,
                        Optional.empty(),
                        daemon,
                        Optional.empty(),
                        Optional.empty()));
    var noted = noted(step, entry.withRollout(Optional.of(rollout)), target, now, observed);
    if (noted.isEmpty() && rollout.daemon().equals(daemon)) writeProbe.start(observed.layout());
    return noted;
  }

  /**
   * @return empty if the journal holds it now
   */
  private Optional<Outcome> noted(
      Step step, JournalEntry entry, PodRef target, Instant now, ObservedCluster observed) {
    // Anew at each try: an instance's time to come back counts from when its eviction went through.
    var record =
        new StepRecord(
            step.text(), target.name(), target.uid(), now, triedBefore(step, entry, target));
    return journal.write(observed.layout().id(), entry.withStep(Optional.of(record))).isPresent()
        ? Optional.empty()
        : Optional.of(new Outcome.Stale("the journal moved"));
  }

  private Outcome giveUp(
      Step step, ObservedCluster observed, Refusal refusal, String why, Instant now) {
    var entry = observed.journal();
    var intent = entry.intent().orElseThrow();
    var quarantine = new Quarantine(intent.hash(), intent.commit(), why, now, refusal.code());
    return journal
        .write(observed.layout().id(), entry.withQuarantine(Optional.of(quarantine)))
        .<Outcome>map(_ -> new Outcome.Applied(step.text()))
        .orElseGet(() -> new Outcome.Stale("the journal moved"));
  }

  /** What others look after by now is not deleted: whoever removed it in Git has to know. */
  private Outcome prune(Step step, List<Step.Leftover> leftovers, ObservedCluster observed) {
    var entry = observed.journal();
    var handedOn = new TreeSet<>(entry.handedOn());
    Optional<Outcome> stopped = Optional.empty();
    for (var leftover : leftovers) {
      writer.othersOf(leftover.key()).ifPresent(why -> handedOn.add(handedOn(leftover, why)));
      if (handedOn.size() > entry.handedOn().size()) {
        var noted =
            journal.write(observed.layout().id(), entry.withHandedOn(List.copyOf(handedOn)));
        if (noted.isEmpty()) return new Outcome.Stale("the journal moved");
        entry = noted.get();
      }
      var written = writer.delete(leftover.key(), leftover.uid());
      if (written instanceof Written.Done(_, var whose)) {
        whose.ifPresent(why -> handedOn.add(handedOn(leftover, why)));
      } else {
        stopped = Optional.of(outcome(step, written));
        break;
      }
    }
    if (handedOn.size() > entry.handedOn().size()
        && journal
            .write(observed.layout().id(), entry.withHandedOn(List.copyOf(handedOn)))
            .isEmpty()) return new Outcome.Stale("the journal moved");
    return stopped.orElseGet(() -> new Outcome.Applied(step.text()));
  }

  private static String handedOn(Step.Leftover leftover, String why) {
    return "%s (%s)".formatted(leftover.key(), why);
  }

  private static <T> Outcome each(Step step, List<T> targets, Function<T, Written> write) {
    for (T target : targets) {
      var written = write.apply(target);
      if (!(written instanceof Written.Done)) return outcome(step, written);
    }
    return new Outcome.Applied(step.text());
  }

  private static Outcome outcome(Step step, Written written) {
    return switch (written) {
      case Written.Done _ -> new Outcome.Applied(step.text());
      case Written.Stale(var why) -> new Outcome.Stale(why);
      case Written.NotNow(var why) -> new Outcome.Postponed(why);
      case Written.Conflict(var why) -> new Outcome.Failed(Refusal.FIELD_CONFLICT, why);
      case Written.Refused(var why) -> new Outcome.Failed(Refusal.WRITE_REFUSED, why);
    };
  }
}
