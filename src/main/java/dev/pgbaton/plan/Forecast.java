package dev.pgbaton.plan;

import dev.pgbaton.cluster.Role;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.observed.JournalEntry.Rollout;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.InSync;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What would become of a commit: the planner's own verdict on it now, and the way from here if
 * nothing happens meanwhile.
 *
 * @param reason the refusal's code
 * @param text the verdict in words
 * @param changes to Kubernetes' objects
 * @param steps in order
 * @param outage what clients would notice; empty where nothing restarts
 */
public record Forecast(
    Verdict verdict,
    Optional<Refusal> reason,
    String text,
    List<String> changes,
    List<String> steps,
    String outage) {

  /** A figure can't be promised for them; their manifests' advice has repmgr's. */
  private static final String OTHERS_OUTAGE =
      "the primary's own hook and repmgr move it: no writes for as long as repmgr needs to notice, a minute and more by its defaults";

  /** Of a list in one sentence: the page has all of it. */
  private static final int MOST_TOLD = 12;

  private static final int LONGEST_TOLD = 200;

  public enum Verdict {
    NOTHING_TO_DO,
    CAN_PROCEED,
    /** Something is under way that has to come to its end first. */
    WAITS,
    REFUSED,
    /** PostgreSQL could not be asked from here, and it depends on that. */
    NOT_KNOWN
  }

  /** The journal as it will be once the daemon has seen this content. */
  public static JournalEntry supposing(JournalEntry entry, String hash, String path, Instant now) {
    if (entry.intent().filter(i -> i.hash().equals(hash)).isPresent()) return entry;
    return entry
        .withIntent(new Intent("", hash, path, now, false))
        .withStep(Optional.empty())
        .withQuarantine(Optional.empty());
  }

  /**
   * @param plan the planner's, for the same look at the same time
   */
  public static Forecast of(DesiredCluster wanted, ObservedCluster observed, Plan plan) {
    var desired = LastGood.insteadOf(wanted, observed.journal());
    var changes = Planner.changes(desired, observed);
    // What the spec asks for can't be: there is no way from here.
    var impossible = plan instanceof Blocked(_, var field, _) && !field.isEmpty();
    var restarts = impossible ? List.<Instance>of() : restarting(desired, observed, changes);
    var steps =
        impossible ? List.<String>of() : steps(wanted, desired, observed, plan, changes, restarts);
    var verdict =
        switch (plan) {
          case InSync _ -> Verdict.NOTHING_TO_DO;
          case Proceed _ -> Verdict.CAN_PROCEED;
          case Await(_, _, var because) when because.isPresent() ->
              because.get() == Refusal.ROLE_NOT_KNOWN ? Verdict.NOT_KNOWN : Verdict.REFUSED;
          case Await _ -> unanswered(observed) ? Verdict.NOT_KNOWN : Verdict.WAITS;
          case Blocked(var refusal, _, _) ->
              refusal == Refusal.ROLE_NOT_KNOWN ? Verdict.NOT_KNOWN : Verdict.REFUSED;
        };
    return new Forecast(
        verdict,
        reason(plan),
        text(plan),
        changes.stream().map(Change::text).toList(),
        steps,
        Stream.concat(
                Passwords.outage(desired, observed).stream(),
                restarts.isEmpty()
                    ? Stream.<String>empty()
                    : Stream.of(outage(desired, observed, restarts)))
            .collect(Collectors.joining("; ")));
  }

  /** The whole way in a few sentences, each beginning with a blank; empty where there is none. */
  String inWords() {
    var words = new StringBuilder();
    if (!changes.isEmpty()) words.append(" In all, this would change: ").append(few(changes));
    if (!steps.isEmpty()) words.append(" The way: ").append(few(steps));
    if (!outage.isEmpty()) words.append(" What clients notice: ").append(cut(outage)).append('.');
    return words.toString();
  }

  private static String few(List<String> all) {
    var shown = all.stream().limit(MOST_TOLD).map(Forecast::cut).collect(Collectors.joining("; "));
    var left = all.size() - MOST_TOLD;
    return left > 0 ? "%s; and %d more.".formatted(shown, left) : shown + ".";
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_TOLD ? text : text.substring(0, LONGEST_TOLD - 1) + "…";
  }

  private static boolean unanswered(ObservedCluster observed) {
    return observed.instances().stream()
        .anyMatch(i -> i.ready() && i.answer() instanceof Answer.Unknown);
  }

  private static Optional<Refusal> reason(Plan plan) {
    return switch (plan) {
      case Await(_, _, var because) -> because;
      case Blocked(var refusal, _, _) -> Optional.of(refusal);
      case InSync(var but, _) -> but.map(Blocked::reason);
      case Proceed _ -> Optional.empty();
    };
  }

  private static String text(Plan plan) {
    return switch (plan) {
      case InSync(var but, _) -> "nothing to do" + but.map(b -> "; but " + b.text()).orElse("");
      case Proceed(var step) -> "next: " + step.text();
      case Await(var what, _, var because) -> because.isPresent() ? what : "waits for " + what;
      case Blocked(_, _, var text) -> text;
    };
  }

  private static List<Instance> restarting(
      DesiredCluster desired, ObservedCluster observed, List<Change> changes) {
    var all =
        Changes.restartInstances(
            changes.stream().filter(c -> !Changes.onlyTakesOver(c, observed)).toList(), observed);
    return observed.instances().stream()
        .filter(i -> i.ordinal() < desired.layout().instances())
        .filter(i -> all || observed.outdated(i))
        .toList();
  }

  private static List<String> steps(
      DesiredCluster wanted,
      DesiredCluster desired,
      ObservedCluster observed,
      Plan plan,
      List<Change> changes,
      List<Instance> restarts) {
    var steps = new ArrayList<String>();
    if (observed.statefulSet().isEmpty()) {
      steps.add("make a new cluster of %d instances".formatted(desired.layout().instances()));
      return steps;
    }
    if (plan instanceof Proceed(Step.WritePasswords step)) steps.add(step.text());
    steps.addAll(Passwords.steps(desired, observed));
    if (!changes.isEmpty())
      steps.add(
          changes.size() == 1 ? "write 1 object" : "write %d objects".formatted(changes.size()));
    if (Reloading.tell(desired, observed).isPresent())
      steps.add("reload settings on every instance");
    steps.addAll(Drops.of(desired, observed, changes));
    if (changes.stream()
        .filter(c -> c.object().object() instanceof Deployment)
        .anyMatch(c -> !Changes.onlyTakesOver(c, observed)))
      steps.add("pgpool's pods are replaced one after another");
    number(desired, observed, steps);
    var reason = reason(wanted, desired, observed, changes, restarts);
    restarts.stream()
        .filter(i -> i.role() == Role.REPLICA)
        .forEach(i -> steps.add("restart %s: %s".formatted(i, reason)));
    restarts.stream()
        .filter(i -> i.role() == Role.UNKNOWN)
        .forEach(i -> steps.add("restart %s, whose role is not known: %s".formatted(i, reason)));
    restarts.stream()
        .filter(i -> i.role() == Role.PRIMARY)
        .forEach(primary -> steps.addAll(primary(desired, observed, primary, reason)));
    return steps;
  }

  private static void number(DesiredCluster desired, ObservedCluster observed, List<String> steps) {
    var has = observed.statefulSet().orElseThrow().getSpec().getReplicas();
    var wants = desired.layout().instances();
    for (int ordinal = has; ordinal < wants; ordinal++)
      steps.add("start %s, as a copy of the primary".formatted(desired.layout().podName(ordinal)));
    observed
        .primary()
        .filter(p -> p.ordinal() >= wants && wants > 0)
        .ifPresent(p -> steps.add("hand off %s to one that stays".formatted(p)));
    for (int ordinal = has - 1; ordinal >= wants; ordinal--)
      steps.add("stop %s; its volume stays".formatted(desired.layout().podName(ordinal)));
  }

  private static List<String> primary(
      DesiredCluster desired, ObservedCluster observed, Instance primary, String reason) {
    if (desired.layout().instances() == 1)
      return List.of("restart the only instance %s: %s".formatted(primary, reason));
    var candidate =
        HandOff.candidate(desired, observed, i -> i.ordinal() < desired.layout().instances())
            .map(Instance::toString)
            .orElse("the first replica that is well by then");
    if (!desired.layout().capabilities().instanceProgram())
      return List.of(
          "evict %s: its own hook and repmgr move the primary: %s".formatted(primary, reason));
    return List.of(
        "hand off %s → %s".formatted(primary, candidate),
        "restart %s, a replica by then: %s".formatted(primary, reason));
  }

  private static String reason(
      DesiredCluster wanted,
      DesiredCluster desired,
      ObservedCluster observed,
      List<Change> changes,
      List<Instance> restarts) {
    if (restarts.isEmpty()) return "";
    var known = Reasons.of(wanted, desired, observed, restarts.getFirst(), "");
    if (!(known instanceof RestartReason.RevisionChanged)) return known.text();
    return changes.stream()
        .filter(c -> c.object().object() instanceof StatefulSet)
        .findFirst()
        .map(Change::text)
        .orElse("its pod was made from another revision");
  }

  private static String outage(
      DesiredCluster desired, ObservedCluster observed, List<Instance> restarts) {
    var last =
        observed.journal().rollouts().reversed().stream()
            .map(Rollout::outage)
            .flatMap(Optional::stream)
            .findFirst()
            .map(gap -> "; the last one here took " + seconds(gap))
            .orElse("");
    if (desired.layout().instances() == 1)
      return "no writes and no reads while the only instance restarts" + last;
    var words = new ArrayList<String>();
    if (restarts.stream().anyMatch(i -> i.role() != Role.REPLICA))
      words.add(
          desired.layout().capabilities().instanceProgram()
              ? "one handoff: no writes for a fraction of a second" + last
              : OTHERS_OUTAGE + last);
    else words.add("none: only replicas restart");
    var replicas = desired.layout().instances() - 1;
    if (desired.synchronousStandbys() >= replicas)
      words.add(
          "commits wait while a replica restarts: %d of %d have to confirm them"
              .formatted(desired.synchronousStandbys(), replicas));
    return String.join("; ", words);
  }

  private static String seconds(Duration gap) {
    return String.format(Locale.ROOT, "%.2f s", gap.toMillis() / 1000.0);
  }
}
