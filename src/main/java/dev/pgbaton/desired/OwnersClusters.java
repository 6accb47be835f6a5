package dev.pgbaton.desired;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.OwnersData;
import dev.pgbaton.cluster.PasswordPlace;
import dev.pgbaton.cluster.SourceRef;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.PlacedObject;
import dev.pgbaton.spec.Problem;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Somebody's own manifests → objects: theirs as they stand, and beside them what the instances and
 * the routes need. Their pod templates are not touched.
 */
public final class OwnersClusters {
  /**
   * On the StatefulSet: whether its image runs pgbaton's instance program. On pgpool's Deployment:
   * whether its image is pgbaton's.
   */
  static final String INSTANCE_PROGRAM = "pgbaton.dev/instance-program";

  private static final String ACCEPT_COLLATION = "pgbaton.dev/accept-collation-version";

  private static final int KUBERNETES_GRACE = 30;

  /** What is left of the grace period for PostgreSQL's own end. */
  private static final int AFTER_THE_HOOK = 5;

  private OwnersClusters() {}

  /** What became of a directory of manifests. */
  public sealed interface Result {
    /**
     * @param advice what works, but would work better otherwise, or not as it looks; more than the
     *     cluster's own, which has nothing that pgbaton mends by itself
     */
    record Made(DesiredCluster cluster, List<Problem> advice) implements Result {}

    record Refused(List<Problem> problems) implements Result {}
  }

  public static Result of(ParsedSpec.Manifests manifests) {
    try {
      return made(manifests);
    } catch (RuntimeException e) {
      // One cluster must never keep the others from being looked after.
      return new Result.Refused(
          List.of(
              new Problem(
                  manifests.source(),
                  "",
                  "can't be understood, for a reason that pgbaton did not expect (%s). Does kubectl apply --dry-run=server take all of the directory?"
                      .formatted(e.getClass().getSimpleName()))));
    }
  }

  private static Result made(ParsedSpec.Manifests manifests) {
    return switch (FoundRoles.of(manifests.objects())) {
      case FoundRoles.Unclear(var problems) -> new Result.Refused(problems);
      case FoundRoles.Clear roles -> of(manifests, roles);
    };
  }

  private static Result of(ParsedSpec.Manifests manifests, FoundRoles.Clear roles) {
    var set = roles.postgresql();
    var contradictions = Contradictions.in(manifests, roles);
    var problems = new ArrayList<>(contradictions.problems());
    problems.addAll(mode(set));
    problems.addAll(jobs(manifests));
    problems.addAll(
        hasInstanceProgram(set)
            ? forThePrograms(manifests, set)
            : ImageLimits.password(set, false));
    if (!problems.isEmpty()) return new Result.Refused(List.copyOf(problems));

    var layout = layout(manifests, roles);
    var beside = beside(manifests, roles, layout);
    problems.addAll(taken(manifests, beside));
    if (!problems.isEmpty()) return new Result.Refused(List.copyOf(problems));
    var objects = new ArrayList<>(beside);
    manifests.objects().forEach(o -> objects.add(owned(o, roles, layout)));
    var advice = new ArrayList<>(UnreadSettings.advice(manifests, roles));
    advice.addAll(
        OwnersAdvice.onPlainPasswords(
            manifests, passwords(set).stream().map(PasswordPlace::secret).toList()));
    advice.addAll(contradictions.advice());
    advice.addAll(OwnersAdvice.on(manifests, set));
    return new Result.Made(
        new DesiredCluster(
            layout,
            objects,
            rollout(set),
            Map.of(),
            "",
            synchronousStandbys(set),
            Mode.of(set.placed().object()).orElse(Mode.APPLY),
            passwords(set),
            List.copyOf(advice)),
        Stream.concat(advice.stream(), OwnersAdvice.onItsBudget(manifests, set).stream()).toList());
  }

  /** What pgbaton's own images need. */
  private static List<Problem> forThePrograms(ParsedSpec.Manifests manifests, Workload set) {
    var problems = new ArrayList<>(ImageLimits.of(set));
    problems.addAll(claim(set));
    problems.addAll(onTheVolume(set));
    problems.addAll(access(set));
    problems.addAll(OwnersNetwork.problems(manifests, set));
    if (Contradictions.replicas(statefulSet(set)) > 1 && Contradictions.partners(set).isEmpty())
      problems.add(
          set.placed()
              .problem(
                  set.field("REPMGR_PARTNER_NODES"),
                  "has no REPMGR_PARTNER_NODES: the instances would not know how many they are."));
    return problems;
  }

  private static RolloutPolicy rollout(Workload set) {
    return new RolloutPolicy(
        16 << 20, Duration.ofMinutes(10), Annotations.of(set.placed().object(), ACCEPT_COLLATION));
  }

  static boolean hasInstanceProgram(Workload set) {
    return isPgbatons(set);
  }

  /**
   * Whether it runs an image of pgbaton's, be it PostgreSQL's or pgpool's, as far as one can tell.
   */
  static boolean isPgbatons(Workload workload) {
    return hasInstanceProgram(
        workload.placed().object().getMetadata().getAnnotations(), workload.image());
  }

  /** Whether a StatefulSet's image runs pgbaton's instance program, as far as one can tell. */
  public static boolean hasInstanceProgram(Map<String, String> annotations, String image) {
    var said = annotations == null ? null : annotations.get(INSTANCE_PROGRAM);
    return said == null
        ? image.replaceFirst("[:@][^/]*$", "").contains(Names.MANAGER)
        : Boolean.parseBoolean(said);
  }

  /** The container that runs PostgreSQL, in a template of ours or of anybody else's. */
  public static Container postgresql(StatefulSet set) {
    return FoundRoles.postgresql(set.getSpec().getTemplate().getSpec().getContainers());
  }

  private static StatefulSet statefulSet(Workload set) {
    return (StatefulSet) set.placed().object();
  }

  private static List<Problem> claim(Workload set) {
    var templates = statefulSet(set).getSpec().getVolumeClaimTemplates();
    return templates.stream().anyMatch(c -> c.getMetadata().getName().equals(Names.DATA_CLAIM))
        ? List.of()
        : List.of(
            set.placed()
                .problem(
                    "spec.volumeClaimTemplates",
                    "has no claim template %s: pgbaton's image counts on one of that name for the data."
                        .formatted(Names.DATA_CLAIM)));
  }

  /** Anywhere else it would be gone with the container. */
  private static List<Problem> onTheVolume(Workload set) {
    var data = OwnersData.directory(set::value);
    var mounts = set.container().getVolumeMounts();
    var safe =
        mounts != null
            && mounts.stream()
                .filter(m -> Names.DATA_CLAIM.equals(m.getName()))
                .anyMatch(m -> data.startsWith(m.getMountPath().replaceFirst("/*$", "/")));
    return safe
        ? List.of()
        : List.of(
            set.placed()
                .problem(
                    set.field("PGDATA"),
                    "puts the data into %s, which is not below the mount of the volume %s: it would be lost with the container. Put PGDATA into a directory below that mount."
                        .formatted(data, Names.DATA_CLAIM)));
  }

  /** It would be made, and run, again and again. */
  private static List<Problem> jobs(ParsedSpec.Manifests manifests) {
    return manifests.objects().stream()
        .filter(
            o ->
                o.object() instanceof Job job
                    && job.getSpec() != null
                    && job.getSpec().getTtlSecondsAfterFinished() != null)
        .map(
            o ->
                o.problem(
                    "spec.ttlSecondsAfterFinished",
                    "would be made and run again each time that Kubernetes has removed it. Remove the line."))
        .toList();
  }

  private static List<Problem> mode(Workload set) {
    var text = Mode.text(set.placed().object());
    return text.isPresent() && Mode.of(set.placed().object()).isEmpty()
        ? List.of(
            set.placed()
                .problem(
                    "metadata.annotations",
                    "says %s: %s. It may be observe, apply, suspend or leave."
                        .formatted(Mode.ANNOTATION, text.get())))
        : List.of();
  }

  /** Whether the owner lets pgbaton take over what others applied. */
  private static boolean adopts(PlacedObject placed) {
    return Annotations.of(placed.object(), Names.ADOPT).filter("true"::equals).isPresent();
  }

  private static List<Problem> access(Workload set) {
    return Boolean.FALSE.equals(set.template().getSpec().getAutomountServiceAccountToken())
        ? List.of(
            set.placed()
                .problem(
                    "spec.template.spec.automountServiceAccountToken",
                    "gives its pods no token, but they need one to hold the Lease that says who may be written to. Remove the line."))
        : List.of();
  }

  private static ClusterLayout layout(ParsedSpec.Manifests manifests, FoundRoles.Clear roles) {
    var set = roles.postgresql();
    var password = ImageLimits.password(set).orElseThrow();
    return ClusterLayout.owned(
        manifests.id(),
        Contradictions.replicas(statefulSet(set)),
        statefulSet(set).getSpec().getServiceName(),
        password.getName(),
        password.getKey(),
        roles.pgpool().map(Workload::name),
        new Capabilities(hasInstanceProgram(set), hookBudget(set)));
  }

  private static List<PasswordPlace> passwords(Workload set) {
    return Stream.of(ImageLimits.password(set), ImageLimits.secret(set, List.of("REPMGR_PASSWORD")))
        .flatMap(Optional::stream)
        .map(place -> new PasswordPlace(place.getName(), place.getKey()))
        .toList();
  }

  static Duration hookBudget(Workload set) {
    var grace =
        Duration.ofSeconds(
            Optional.ofNullable(set.template().getSpec().getTerminationGracePeriodSeconds())
                .orElse((long) KUBERNETES_GRACE));
    var left = grace.minusSeconds(AFTER_THE_HOOK);
    return left.compareTo(StatefulSets.HOOK_BUDGET) < 0 ? left : StatefulSets.HOOK_BUDGET;
  }

  static int synchronousStandbys(Workload set) {
    return set.value("POSTGRESQL_NUM_SYNCHRONOUS_REPLICAS")
        .filter(text -> text.matches("\\d{1,3}"))
        .map(Integer::parseInt)
        .orElse(0);
  }

  /** What pgbaton adds. */
  private static List<DesiredObject> beside(
      ParsedSpec.Manifests manifests, FoundRoles.Clear roles, ClusterLayout layout) {
    var set = roles.postgresql();
    var labels = new Labels(layout.id().name(), Map.of());
    var source = manifests.source();
    var objects = new ArrayList<DesiredObject>();
    if (manifests.objects().stream().noneMatch(o -> o.object().getKind().equals("Namespace")))
      objects.add(
          new DesiredObject(
              Namespaces.of(layout), ObjectRole.NAMESPACE, ApplyPolicy.CREATE_ONCE, source));
    if (layout.capabilities().instanceProgram())
      objects.addAll(forTheProgram(set, layout, labels, source));
    if (!hasBudget(manifests, set))
      objects.add(
          new DesiredObject(
              DisruptionBudgets.beside(
                  layout, labels, statefulSet(set).getSpec().getSelector().getMatchLabels()),
              ObjectRole.DISRUPTION_BUDGET,
              ApplyPolicy.APPLY,
              source));
    return objects;
  }

  private static List<DesiredObject> forTheProgram(
      Workload set, ClusterLayout layout, Labels labels, SourceRef source) {
    var objects = new ArrayList<DesiredObject>();
    Access.of(layout, labels, serviceAccount(set), pods(set, layout))
        .forEach(
            o -> objects.add(new DesiredObject(o, ObjectRole.ACCESS, ApplyPolicy.APPLY, source)));
    objects.add(
        new DesiredObject(
            Leases.of(layout, labels), ObjectRole.LEASE, ApplyPolicy.CREATE_ONCE, source));
    Services.routes(layout, labels)
        .forEach(
            o -> objects.add(new DesiredObject(o, ObjectRole.ROUTE, ApplyPolicy.APPLY, source)));
    EndpointSlices.of(layout, labels)
        .forEach(
            o ->
                objects.add(
                    new DesiredObject(o, ObjectRole.ROUTE, ApplyPolicy.CREATE_ONCE, source)));
    return objects;
  }

  static String serviceAccount(Workload set) {
    var account = set.template().getSpec().getServiceAccountName();
    return account == null || account.isEmpty() ? "default" : account;
  }

  private static SortedSet<String> pods(Workload set, ClusterLayout layout) {
    var pods = new TreeSet<>(Contradictions.partners(set));
    pods.addAll(layout.podNames());
    return pods;
  }

  /** Kubernetes evicts no pod that two budgets select. */
  static boolean hasBudget(ParsedSpec.Manifests manifests, Workload set) {
    return budget(manifests, set).isPresent();
  }

  /** The name of the owner's budget that selects the instances. */
  static Optional<String> budget(ParsedSpec.Manifests manifests, Workload set) {
    var labels =
        Optional.ofNullable(set.template().getMetadata())
            .map(meta -> meta.getLabels())
            .orElse(Map.of());
    return manifests.objects().stream()
        .map(PlacedObject::object)
        .filter(PodDisruptionBudget.class::isInstance)
        .filter(
            budget ->
                Selectors.selects(((PodDisruptionBudget) budget).getSpec().getSelector(), labels))
        .map(budget -> budget.getMetadata().getName())
        .findFirst();
  }

  private static List<Problem> taken(ParsedSpec.Manifests manifests, List<DesiredObject> beside) {
    var ours =
        beside.stream().map(DesiredObject::key).collect(Collectors.toCollection(TreeSet::new));
    return manifests.objects().stream()
        .filter(o -> ours.contains(o.key()))
        .map(
            o ->
                o.problem(
                    "metadata.name",
                    "has the name of an object that pgbaton makes beside the StatefulSet. Give it another name."))
        .toList();
  }

  private static DesiredObject owned(
      PlacedObject placed, FoundRoles.Clear roles, ClusterLayout layout) {
    var object = labelled(placed.object(), layout);
    return new DesiredObject(
        placed == roles.postgresql().placed() ? strategy((StatefulSet) object) : object,
        role(placed, roles),
        policy(placed, adopts(placed) || adopts(roles.postgresql().placed())),
        placed.source());
  }

  private static ObjectRole role(PlacedObject placed, FoundRoles.Clear roles) {
    if (placed == roles.postgresql().placed()) return ObjectRole.INSTANCES;
    if (roles.pgpool().map(p -> p.placed() == placed).orElse(false)) return ObjectRole.PGPOOL;
    return switch (placed.object().getKind()) {
      case "Namespace" -> ObjectRole.NAMESPACE;
      case "ServiceAccount", "Role", "RoleBinding" -> ObjectRole.ACCESS;
      case "Secret" -> ObjectRole.CREDENTIALS;
      case "ConfigMap" -> ObjectRole.SETTINGS;
      case "Service" -> ObjectRole.ROUTE;
      case "PodDisruptionBudget" -> ObjectRole.DISRUPTION_BUDGET;
      default -> ObjectRole.OTHER;
    };
  }

  private static ApplyPolicy policy(PlacedObject placed, boolean adopts) {
    return switch (placed.object().getKind()) {
      // A namespace is shared with others; of the rest Kubernetes lets nobody change what matters,
      // and passwords are not changed by writing a Secret.
      case "Namespace", "Secret", "Pod", "Job" -> ApplyPolicy.CREATE_ONCE;
      default -> adopts ? ApplyPolicy.ADOPT : ApplyPolicy.APPLY;
    };
  }

  /** On the object alone: in the pod template it would restart every instance. */
  private static HasMetadata labelled(HasMetadata object, ClusterLayout layout) {
    var copy = Copies.of(object);
    if (copy.getKind().equals("Namespace")) return copy;
    copy.setMetadata(
        new ObjectMetaBuilder(copy.getMetadata())
            .addToLabels(Names.CLUSTER_LABEL, layout.id().name())
            .build());
    return copy;
  }

  /**
   * OnDelete: RollingUpdate goes by ordinal and could take the primary first. Who leaves gets back
   * what Git says, or what Kubernetes would have put, which is said too: what nobody says stays.
   */
  private static StatefulSet strategy(StatefulSet set) {
    var leaves = Mode.of(set).orElse(Mode.APPLY) == Mode.LEAVE;
    if (leaves && set.getSpec().getUpdateStrategy() != null) return set;
    return new StatefulSetBuilder(set)
        .editSpec()
        .withNewUpdateStrategy()
        .withType(leaves ? "RollingUpdate" : "OnDelete")
        .endUpdateStrategy()
        .endSpec()
        .build();
  }
}
