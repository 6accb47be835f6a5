package dev.pgbaton.plan;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.Neighbour;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.ApplyPolicy;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.Selectors;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** First contact with objects and pods that others made. */
final class Adoption {
  private static final int SHOWN = 3;

  private static final String DRAINS = "(a drain of two nodes may take two instances at once)";

  private final DesiredCluster wanted;
  private final ObservedCluster observed;

  private Adoption(DesiredCluster wanted, ObservedCluster observed) {
    this.wanted = wanted;
    this.observed = observed;
  }

  /** Why nothing may be touched, as far as it lies in whose the live objects are. */
  static Optional<Plan> refuse(DesiredCluster wanted, ObservedCluster observed) {
    var adoption = new Adoption(wanted, observed);
    return adoption
        .first(Adoption::anotherClusters)
        .or(() -> adoption.first(Adoption::operated))
        .or(
            () -> {
              if (!wanted.layout().isGenerated()) return adoption.consent();
              return wanted.layout().isTakenOver() ? adoption.beforeTheSpec() : Optional.empty();
            });
  }

  private Optional<Plan> first(BiFunction<DesiredObject, HasMetadata, Optional<Plan>> check) {
    return wanted.objects().stream()
        .filter(object -> object.key().namespace() != null)
        .flatMap(object -> live(object).flatMap(live -> check.apply(object, live)).stream())
        .findFirst();
  }

  /** What two clusters want would go from one to the other for ever, and clients with it. */
  private static Optional<Plan> anotherClusters(DesiredObject object, HasMetadata live) {
    var cluster = labels(object.object()).get(Names.CLUSTER_LABEL);
    var has = labels(live).get(Names.CLUSTER_LABEL);
    if (has == null || cluster == null || has.equals(cluster)) return Optional.empty();
    return Optional.of(
        new Blocked(
            Refusal.ANOTHER_CLUSTERS_OBJECT,
            "%s belongs to the cluster %s, and %s wants it too. It is never taken from one by the other: give it another name here, or a namespace of its own. Only where there is no %s any more, delete it, or its label %s."
                .formatted(object.key(), has, cluster, has, Names.CLUSTER_LABEL)));
  }

  /** Whoever controls it would put it back each time. */
  private static Optional<Plan> operated(DesiredObject object, HasMetadata live) {
    if (!object.policy().repairs()) return Optional.empty();
    var owner =
        references(live).stream()
            .filter(reference -> Boolean.TRUE.equals(reference.getController()))
            .findFirst();
    var neighbour =
        owner
            .flatMap(reference -> Neighbour.ofKind(reference.getApiVersion()))
            .or(() -> Neighbour.ofLabels(live.getMetadata().getLabels()));
    var whose =
        owner
            .map(o -> "%s %s".formatted(o.getKind(), o.getName()))
            .map(text -> neighbour.map(n -> "%s (%s)".formatted(n, text)).orElse(text))
            .or(() -> neighbour.map(Neighbour::toString));
    return whose.map(
        text ->
            new Blocked(
                Refusal.OPERATED_BY_OTHERS,
                "%s is run by %s. It is left alone, whatever Git says: give it another name here, or a namespace of its own."
                    .formatted(object.key(), text)));
  }

  /** What others applied is theirs until the owner says in Git that it is to be taken over. */
  private Optional<Plan> consent() {
    var theirs = wanted.objects().stream().filter(this::isOthers).toList();
    var inTheWay =
        theirs.stream().filter(object -> wanted.layout().makesBeside(object.key())).findFirst();
    if (inTheWay.isPresent()) return Optional.of(inTheWay(inTheWay.get()));
    var unasked = theirs.stream().filter(object -> !isAgreed(object)).toList();
    if (unasked.isEmpty()) return outdated();
    var changes =
        unasked.stream()
            .flatMap(
                object ->
                    Drift.felt(object.object(), live(object).orElseThrow())
                        .map(difference -> object.key() + " " + difference)
                        .stream())
            .limit(SHOWN)
            .collect(Collectors.joining("; "));
    return Optional.of(
        new Blocked(
            Refusal.ADOPTION_NEEDED,
            "nothing is touched before %s in Git says %s: \"true\". %d objects are there that others applied%s, %s among them%s%s."
                .formatted(
                    hasBegun() ? names(unasked) : "the StatefulSet",
                    Names.ADOPT,
                    unasked.size(),
                    missingBudget().isEmpty() ? "" : ", and no PodDisruptionBudget " + DRAINS,
                    unasked.getFirst().key(),
                    missingBudget()
                        .map(
                            name ->
                                ". That line is the consent to %s as well: pgbaton makes it, and a drain waits then while an instance is missing"
                                    .formatted(name))
                        .orElse(""),
                    changes.isEmpty() ? "" : "; then this changes: " + changes)));
  }

  /** The name of the budget that comes with the adoption, where until now there is none. */
  private Optional<String> missingBudget() {
    var beside = wanted.layout().key("PodDisruptionBudget", wanted.layout().besideName());
    var meta = wanted.statefulSet().getSpec().getTemplate().getMetadata();
    var labels =
        Optional.ofNullable(meta).map(ObjectMeta::getLabels).orElse(Map.<String, String>of());
    var covered =
        observed.snapshot().objects().values().stream()
            .filter(PodDisruptionBudget.class::isInstance)
            .map(PodDisruptionBudget.class::cast)
            .anyMatch(budget -> Selectors.selects(budget.getSpec().getSelector(), labels));
    return hasBegun()
            || covered
            || wanted.layout().instances() < 2
            || wanted.objects().stream().noneMatch(object -> object.key().equals(beside))
        ? Optional.empty()
        : Optional.of(beside.name());
  }

  /** A spec has no consent of its own: it is given with the manifests, which it follows. */
  private Optional<Plan> beforeTheSpec() {
    var theirs =
        wanted.objects().stream()
            .filter(object -> object.policy() == ApplyPolicy.APPLY && isOthers(object))
            // Taken over once, and made anew by hand since.
            .filter(object -> !observed.journal().inventory().contains(object.key()))
            .toList();
    if (theirs.isEmpty()) return Optional.empty();
    return Optional.of(
        new Blocked(
            Refusal.ADOPTION_NEEDED,
            "%d objects are there that others applied, %s among them, and this spec is to follow manifests that pgbaton carries out. Nothing is touched: push those first, with %s: \"true\" on the StatefulSet, and the spec once that is done."
                .formatted(theirs.size(), theirs.getFirst().key(), Names.ADOPT)));
  }

  /** Adoption restarts nothing: unless Git asks for it, what is outdated is not taken over so. */
  private Optional<Plan> outdated() {
    var live = observed.statefulSet();
    if (live.isEmpty() || hasBegun() || live.get().getStatus() == null) return Optional.empty();
    var newest = live.get().getStatus().getUpdateRevision();
    var outdated =
        observed.instances().stream().filter(i -> !i.revision().equals(newest)).findFirst();
    var isAsked =
        Drift.felt(wanted.statefulSet(), live.get())
            .filter(difference -> difference.startsWith("spec.template"))
            .isPresent();
    return outdated
        .filter(_ -> newest != null && !isAsked)
        .map(
            instance ->
                new Blocked(
                    Refusal.ADOPTION_NEEDED,
                    "%s runs an older template than the StatefulSet has, and would be restarted once it is taken over. Let that rollout come to its end first, or put the template back to what runs."
                        .formatted(instance)));
  }

  private boolean isOthers(DesiredObject object) {
    if (object.key().namespace() == null) return false;
    var live = live(object);
    if (live.isEmpty()) return false;
    return switch (object.policy()) {
      case APPLY, ADOPT, COMPOSED -> !AppliedHash.isOn(live.get());
      // It may be one that was generated before.
      case DECRYPTED -> !AppliedHash.isOurs(live.get());
      // Nobody's note is on what the instances write; but no other application's Lease has ours.
      case CREATE_ONCE ->
          wanted.layout().makesBeside(object.key())
              && !labels(live.get()).containsKey(Names.CLUSTER_LABEL);
      case GENERATE_ONCE -> false;
      // It is read as it is.
      case GENERATED -> false;
    };
  }

  /**
   * The StatefulSet's consent is for what is there at first contact: it stays in Git for ever, and
   * what is added later may have the name of another application's object.
   */
  private boolean isAgreed(DesiredObject object) {
    return object.policy() == ApplyPolicy.ADOPT
        && (!hasBegun()
            || isAgreedByItself(object)
            // Taken over once, and made anew by hand since.
            || observed.journal().inventory().contains(object.key()));
  }

  private static boolean isAgreedByItself(DesiredObject object) {
    return Annotations.of(object.object(), Names.ADOPT).equals(Optional.of("true"));
  }

  /** The StatefulSet is taken over last: see {@link Planner#changes}. */
  private boolean hasBegun() {
    return observed.statefulSet().filter(AppliedHash::isOn).isPresent();
  }

  private static String names(List<DesiredObject> objects) {
    var first = objects.getFirst().key().toString();
    return objects.size() == 1 ? first : first + " (and each other object that is not agreed to)";
  }

  /** The same as if its owner had agreed. */
  static DesiredCluster agreed(DesiredCluster wanted) {
    return wanted.with(
        wanted.objects().stream()
            .map(
                object ->
                    object.policy() == ApplyPolicy.APPLY
                        ? new DesiredObject(
                            object.object(), object.role(), ApplyPolicy.ADOPT, object.source())
                        : object)
            .toList());
  }

  private static Plan inTheWay(DesiredObject object) {
    return new Blocked(
        Refusal.ADOPTION_NEEDED,
        "%s is there, others made it, and pgbaton needs one of that name beside the StatefulSet. It is not taken over: delete it, or give yours another name."
            .formatted(object.key()));
  }

  private Optional<HasMetadata> live(DesiredObject object) {
    return observed.snapshot().find(object.key());
  }

  private static Map<String, String> labels(HasMetadata object) {
    var labels = object.getMetadata().getLabels();
    return labels == null ? Map.of() : labels;
  }

  private static List<OwnerReference> references(HasMetadata object) {
    var references = object.getMetadata().getOwnerReferences();
    return references == null ? List.of() : references;
  }

  /** The pods of others' templates have no label of ours, and the informers select by it. */
  static Optional<Plan> claim(ObservedCluster observed) {
    var pods =
        observed.snapshot().pods().stream()
            .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
            .filter(pod -> !isLabelled(pod))
            .map(Step::ref)
            .toList();
    return pods.isEmpty() ? Optional.empty() : Optional.of(new Proceed(new Step.Claim(pods)));
  }

  private static boolean isLabelled(Pod pod) {
    return labels(pod).containsKey(Names.CLUSTER_LABEL);
  }

  /** Whether it is the StatefulSet, and was somebody else's until now. */
  static boolean isTakenOver(ObjectKey key, DesiredCluster wanted, ObservedCluster observed) {
    return !wanted.layout().isGenerated()
        && key.equals(wanted.layout().statefulSetKey())
        && observed.statefulSet().filter(live -> !AppliedHash.isOn(live)).isPresent();
  }
}
