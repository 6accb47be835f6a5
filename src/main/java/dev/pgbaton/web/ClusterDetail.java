package dev.pgbaton.web;

import dev.pgbaton.cluster.Role;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.LeaseState;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.observed.Replication;
import dev.pgbaton.plan.Forecast;
import dev.pgbaton.plan.LastGood;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.plan.Refusal;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.spec.FieldChange;
import dev.pgbaton.spec.Problem;
import dev.pgbaton.spec.SpecHistory.SpecChange;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All that is known of one cluster.
 *
 * @param refusals what is refused, and what to do about it
 * @param problems of its file
 * @param advice which lines of the manifests would make it better
 * @param members the instances, in ordinal order, also those whose pod is missing
 * @param lease who may write
 * @param rollout the one under way
 * @param rollouts those that ended, the newest first
 * @param quarantine the commit that failed and is not tried again
 * @param suspension somebody's, beside the repository
 * @param decisions of this process, the newest first
 * @param events that this process has emitted, the newest first
 * @param changes by the last commits, the newest first; empty where the repository can't be read
 *     now
 */
record ClusterDetail(
    ClusterSummary summary,
    PlanView plan,
    List<RefusalView> refusals,
    List<String> problems,
    List<String> advice,
    List<Member> members,
    Optional<LeaseView> lease,
    Optional<RolloutView> rollout,
    List<RolloutView> rollouts,
    Optional<QuarantineView> quarantine,
    Optional<SuspensionView> suspension,
    List<Decisions.Decision> decisions,
    List<Emitted.Event> events,
    Optional<List<ChangeView>> changes) {

  /** By this process, and by the commits. */
  record Said(
      List<Decisions.Decision> decisions,
      List<Emitted.Event> events,
      Optional<List<SpecChange>> changes) {}

  /**
   * @param more fields that changed beside those
   */
  record ChangeView(String commit, Instant at, String subject, List<FieldChange> fields, int more) {
    static ChangeView of(SpecChange change) {
      var revision = change.revision();
      return new ChangeView(
          revision.commit(),
          revision.committedAt(),
          revision.subject(),
          change.fields(),
          change.more());
    }
  }

  /**
   * @param kind {@code in-sync}, {@code proceed}, {@code await}, {@code blocked}; {@code refused}
   *     where the repository asks for what can't be, {@code removed}, {@code failed}
   * @param deadline when waiting on becomes a failure
   * @param steps the way from here if nothing happens meanwhile
   * @param outage what clients would notice; empty where nothing restarts
   */
  record PlanView(
      String kind, String text, Optional<Instant> deadline, List<String> steps, String outage) {}

  /**
   * @param found what is the case here
   * @param remedy what to do, as docs/reasons.md says
   */
  record RefusalView(String code, String found, String meaning, String remedy) {}

  /**
   * @param role {@code primary}, {@code replica} or {@code unknown}
   * @param state {@code ready}, {@code not-ready}, {@code ending} or {@code missing}
   * @param revision {@code updated}, {@code outdated} or {@code unknown}
   * @param replication {@code source}, {@code streaming}, {@code not-streaming} or {@code unknown}
   * @param follows the pod that it streams from; empty where it does not
   * @param lagBytes WAL that it has not replayed; empty where it is not known
   * @param trouble why it is not well, for a person; empty while nothing is known to be wrong
   */
  record Member(
      String name,
      String role,
      String state,
      String revision,
      String replication,
      boolean synchronous,
      String follows,
      Optional<Long> lagBytes,
      String trouble) {}

  /**
   * @param handoffTo who was asked to take over, and has not yet
   */
  record LeaseView(
      String holder, int epoch, Optional<String> handoffTo, Optional<String> handoffRefused) {}

  /**
   * @param outageMillis the longest gap between acknowledged writes; empty where it is not known
   */
  record RolloutView(
      String commit,
      String reason,
      Instant startedAt,
      Optional<Instant> endedAt,
      Optional<Long> outageMillis,
      String outcome) {
    static RolloutView of(JournalEntry.Rollout rollout) {
      return new RolloutView(
          rollout.commit(),
          rollout.reason(),
          rollout.startedAt(),
          rollout.endedAt(),
          rollout.outage().map(Duration::toMillis),
          rollout.outcome().orElse(""));
    }
  }

  record QuarantineView(String commit, String code, String reason, Instant since) {}

  record SuspensionView(String by, Instant since) {}

  static ClusterDetail of(Pass pass, Optional<DesiredCluster> wanted, Said said) {
    var summary = ClusterSummary.of(pass);
    return switch (pass) {
      case Pass.Done done -> of(done, summary, wanted, said);
      case Pass.Refused(_, var problems, _) ->
          unseen(summary, "refused", problems.stream().map(Problem::toString).toList(), said);
      case Pass.Removed _ -> unseen(summary, "removed", List.of(), said);
      case Pass.TooEarly _, Pass.Failed _ -> unseen(summary, "failed", List.of(), said);
    };
  }

  private static ClusterDetail unseen(
      ClusterSummary summary, String kind, List<String> problems, Said said) {
    return new ClusterDetail(
        summary,
        new PlanView(kind, summary.text(), Optional.empty(), List.of(), ""),
        List.of(),
        problems,
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        said.decisions(),
        said.events(),
        said.changes().map(all -> all.stream().map(ChangeView::of).toList()));
  }

  private static ClusterDetail of(
      Pass.Done done, ClusterSummary summary, Optional<DesiredCluster> wanted, Said said) {
    var observed = done.observed();
    var journal = observed.journal();
    return new ClusterDetail(
        summary,
        plan(done, wanted),
        refusals(summary),
        List.of(),
        wanted.map(DesiredCluster::advice).orElse(List.of()).stream()
            .map(Problem::toString)
            .toList(),
        members(observed),
        observed.lease().map(ClusterDetail::lease),
        journal.rollout().map(RolloutView::of),
        journal.rollouts().reversed().stream().map(RolloutView::of).toList(),
        LastGood.quarantine(journal)
            .map(q -> new QuarantineView(q.commit(), q.code(), q.reason(), q.since())),
        journal.suspension().map(s -> new SuspensionView(s.by(), s.since())),
        said.decisions(),
        said.events(),
        said.changes().map(all -> all.stream().map(ChangeView::of).toList()));
  }

  private static PlanView plan(Pass.Done done, Optional<DesiredCluster> wanted) {
    var forecast = wanted.map(w -> Forecast.of(w, done.observed(), done.plan()));
    var steps = forecast.map(Forecast::steps).orElse(List.of());
    var outage = forecast.map(Forecast::outage).orElse("");
    return switch (done.plan()) {
      case Plan.InSync _ ->
          new PlanView("in-sync", "nothing to do", Optional.empty(), List.of(), "");
      case Plan.Proceed(var step) ->
          new PlanView("proceed", step.text(), Optional.empty(), steps, outage);
      case Plan.Await(var what, var deadline, _) ->
          new PlanView(
              "await",
              "waits for " + what,
              Optional.of(deadline).filter(d -> !d.equals(Instant.MAX)),
              steps,
              outage);
      case Plan.Blocked(_, _, var text) ->
          new PlanView("blocked", text, Optional.empty(), steps, outage);
    };
  }

  /** By the code that the status says, so that both say the same. */
  private static List<RefusalView> refusals(ClusterSummary summary) {
    return Arrays.stream(Refusal.values())
        .filter(refusal -> refusal.code().equals(summary.code()))
        .map(r -> new RefusalView(r.code(), summary.text(), r.meaning(), r.remedy()))
        .toList();
  }

  private static LeaseView lease(LeaseState lease) {
    return new LeaseView(
        lease.holder().orElse(""), lease.epoch(), lease.handoffTo(), lease.handoffRefused());
  }

  private static List<Member> members(ObservedCluster observed) {
    var primary = observed.primary().map(Instance::toString).orElse("");
    var there = observed.instances().stream().map(i -> member(observed, i, primary));
    var missing =
        observed.layout().podNames().stream()
            .filter(name -> observed.instance(name).isEmpty())
            .map(
                name ->
                    new Member(
                        name,
                        "unknown",
                        "missing",
                        "unknown",
                        "unknown",
                        false,
                        "",
                        Optional.empty(),
                        "its pod is not there"));
    return Stream.concat(there, missing).toList();
  }

  private static Member member(ObservedCluster observed, Instance instance, String primary) {
    var replication = instance.replication();
    return new Member(
        instance.pod().name(),
        instance.role() == Role.UNKNOWN ? "unknown" : instance.role().label(),
        instance.terminating() ? "ending" : instance.ready() ? "ready" : "not-ready",
        observed.updateRevision().isEmpty() || instance.revision().isEmpty()
            ? "unknown"
            : observed.outdated(instance) ? "outdated" : "updated",
        switch (replication) {
          case Replication.Source _ -> "source";
          case Replication.Streaming _ -> "streaming";
          case Replication.NotStreaming _ -> "not-streaming";
          case Replication.NotKnown _ -> "unknown";
        },
        replication instanceof Replication.Streaming(_, var synchronous) && synchronous,
        replication instanceof Replication.Streaming ? primary : "",
        replication instanceof Replication.Streaming(var lag, _)
            ? Optional.of(lag)
            : Optional.empty(),
        instance.settled(Long.MAX_VALUE) ? "" : instance.unsettledBecause(Long.MAX_VALUE));
  }
}
