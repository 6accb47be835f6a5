package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.OwnersData;
import dev.pgbaton.desired.OwnersClusters.Result.Made;
import dev.pgbaton.desired.OwnersClusters.Result.Refused;
import dev.pgbaton.spec.ClusterSpec;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.Problem;
import dev.pgbaton.spec.SchedulingSpec.AntiAffinity;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Somebody's manifests → the spec that makes the same cluster from then on: same volumes,
 * passwords, names and node ports. What a spec can't say is listed.
 */
public final class Conversion {
  private static final String REPMGR_PASSWORD = "REPMGR_PASSWORD";

  /** What the spec says otherwise, or pgbaton's own pods know by themselves. */
  private static final Set<String> CARRIED_OVER =
      Set.of(
          "PGDATA",
          "POSTGRESQL_DATA_DIR",
          "POSTGRESQL_VOLUME_DIR",
          "POSTGRESQL_NUM_SYNCHRONOUS_REPLICAS",
          "REPMGR_PARTNER_NODES",
          "REPMGR_PRIMARY_HOST",
          "REPMGR_NODE_NAME",
          "REPMGR_NODE_NETWORK_NAME",
          "REPMGR_USERNAME",
          "REPMGR_DATABASE",
          REPMGR_PASSWORD,
          "PGPOOL_BACKEND_NODES",
          "PGPOOL_POSTGRES_USERNAME",
          "PGPOOL_POSTGRES_PASSWORD",
          "PGPOOL_SR_CHECK_USER",
          "PGPOOL_SR_CHECK_PASSWORD");

  private static final Pattern KNOWN =
      Pattern.compile("(?:REPMGR|PGPOOL|POSTGRES(?:QL)?|PGBATON|BITNAMI|PG)_.*|PG[A-Z]+");

  private static final Pattern SECRET =
      Pattern.compile("PASS|SECRET|TOKEN|KEY|CREDENTIAL|UR[IL]|DSN|CONNINFO");

  /** The same word in a setting's name is about how many there are, and who logs them. */
  private static final Pattern ADDRESS = Pattern.compile("CONNECTION");

  private final ParsedSpec.Manifests manifests;
  private final FoundRoles.Clear roles;
  private final ClusterLayout layout;
  private final Workload set;
  private final StatefulSet statefulSet;
  private final PodSpec pod;
  private final List<Problem> problems = new ArrayList<>();
  private final List<String> left = new ArrayList<>();

  private Conversion(ParsedSpec.Manifests manifests, FoundRoles.Clear roles, ClusterLayout layout) {
    this.manifests = manifests;
    this.roles = roles;
    this.layout = layout;
    this.set = roles.postgresql();
    this.statefulSet = (StatefulSet) set.placed().object();
    this.pod = set.template().getSpec();
  }

  /**
   * @param spec one PostgresCluster document, empty if there are problems
   * @param now what the manifests make
   * @param notCarriedOver what no spec says, in words
   */
  public record Converted(
      String spec,
      Optional<DesiredCluster> now,
      List<String> notCarriedOver,
      List<Problem> problems) {
    private static Converted refused(List<Problem> problems) {
      return new Converted("", Optional.empty(), List.of(), problems);
    }
  }

  public static Converted of(ParsedSpec.Manifests manifests) {
    return switch (OwnersClusters.of(manifests)) {
      case Refused(var problems) -> Converted.refused(problems);
      case Made(var made, _) -> {
        var roles = (FoundRoles.Clear) FoundRoles.of(manifests.objects());
        if (!made.layout().capabilities().instanceProgram())
          yield Converted.refused(List.of(othersImage(roles.postgresql())));
        var conversion = new Conversion(manifests, roles, made.layout());
        var text = Manifests.yaml(conversion.document());
        yield conversion.problems.isEmpty()
            ? new Converted(text, Optional.of(made), List.copyOf(conversion.left), List.of())
            : Converted.refused(List.copyOf(conversion.problems));
      }
    };
  }

  /** A spec's instances are run by the program in them, which repmgr alone knows nothing of. */
  private static Problem othersImage(Workload set) {
    return set.placed()
        .problem(
            set.imageField(),
            "%s has no instance program, and a spec is for instances that have it. Push replicas: 0, then pgbaton's image with the replicas of now, and convert after that."
                .formatted(set.image()));
  }

  private Map<String, Object> document() {
    var spec = new LinkedHashMap<String, Object>();
    spec.put("instances", layout.instances());
    spec.put("image", set.image());
    put(spec, "imagePullSecrets", pod.getImagePullSecrets(), Conversion::plain);
    var claim = claim();
    spec.put("storage", storage(claim));
    put(spec, "resources", set.container().getResources(), Conversion::resources);
    var standbys = OwnersClusters.synchronousStandbys(set);
    if (standbys > 0) spec.put("replication", Map.of("synchronousStandbys", standbys));
    var settings = CarriedSettings.postgresql(manifests, set);
    if (!settings.parameters().isEmpty())
      spec.put("postgresql", Map.of("parameters", settings.parameters()));
    roles.pgpool().ifPresent(pgpool -> spec.put("pgpool", pgpool(pgpool)));
    spec.put("scheduling", scheduling());
    spec.put("takenOver", takenOver(claim));
    templateLeft(set, settings);
    roles
        .pgpool()
        .ifPresent(pgpool -> templateLeft(pgpool, CarriedSettings.pgpool(manifests, pgpool)));
    objectsLeft();

    var document = new LinkedHashMap<String, Object>();
    document.put("apiVersion", ClusterSpec.API_VERSION);
    document.put("kind", ClusterSpec.KIND);
    document.put(
        "metadata", Map.of("name", layout.id().name(), "namespace", layout.id().namespace()));
    document.put("spec", spec);
    return document;
  }

  private PersistentVolumeClaim claim() {
    var claims = statefulSet.getSpec().getVolumeClaimTemplates();
    if (claims.size() > 1)
      problem(
          "spec.volumeClaimTemplates",
          "has %d claim templates, and Kubernetes lets nobody remove one: a spec knows only %s."
              .formatted(claims.size(), Names.DATA_CLAIM));
    var claim =
        claims.stream()
            .filter(c -> c.getMetadata().getName().equals(Names.DATA_CLAIM))
            .findFirst()
            .orElseThrow();
    if (!List.of("ReadWriteOnce").equals(claim.getSpec().getAccessModes()))
      problem(
          "spec.volumeClaimTemplates",
          "asks for %s, and Kubernetes lets nobody change that: a spec knows only ReadWriteOnce."
              .formatted(claim.getSpec().getAccessModes()));
    return claim;
  }

  private static Map<String, Object> storage(PersistentVolumeClaim claim) {
    var storage = new LinkedHashMap<String, Object>();
    storage.put("size", claim.getSpec().getResources().getRequests().get("storage").toString());
    put(storage, "storageClassName", claim.getSpec().getStorageClassName(), Function.identity());
    return storage;
  }

  private static Object resources(ResourceRequirements resources) {
    var amounts = new LinkedHashMap<String, Object>();
    put(amounts, "requests", resources.getRequests(), Conversion::plain);
    put(amounts, "limits", resources.getLimits(), Conversion::plain);
    return amounts;
  }

  private Map<String, Object> pgpool(Workload workload) {
    var pgpool = new LinkedHashMap<String, Object>();
    var replicas = ((Deployment) workload.placed().object()).getSpec().getReplicas();
    pgpool.put("instances", Optional.ofNullable(replicas).orElse(1));
    pgpool.put("image", workload.image());
    put(pgpool, "resources", workload.container().getResources(), Conversion::resources);
    put(
        pgpool,
        "parameters",
        CarriedSettings.pgpool(manifests, workload).parameters(),
        Conversion::plain);
    return pgpool;
  }

  private Map<String, Object> scheduling() {
    var scheduling = new LinkedHashMap<String, Object>();
    scheduling.put("antiAffinity", antiAffinity(pod.getAffinity()).name());
    put(scheduling, "nodeSelector", pod.getNodeSelector(), Function.identity());
    put(scheduling, "tolerations", pod.getTolerations(), Conversion::plain);
    put(scheduling, "priorityClassName", pod.getPriorityClassName(), Function.identity());
    return scheduling;
  }

  private static AntiAffinity antiAffinity(Affinity affinity) {
    if (affinity == null || affinity.getPodAntiAffinity() == null) return AntiAffinity.none;
    var required =
        affinity.getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution();
    return required == null || required.isEmpty() ? AntiAffinity.preferred : AntiAffinity.required;
  }

  private Map<String, Object> takenOver(PersistentVolumeClaim claim) {
    var kept = new LinkedHashMap<String, Object>();
    kept.put("headlessService", layout.headlessService());
    kept.put("selector", selector(set, statefulSet.getSpec().getSelector()));
    kept.put(
        "podManagementPolicy",
        Optional.ofNullable(statefulSet.getSpec().getPodManagementPolicy()).orElse("OrderedReady"));
    put(kept, "claimLabels", claim.getMetadata().getLabels(), Function.identity());
    put(kept, "claimAnnotations", claim.getMetadata().getAnnotations(), Function.identity());
    kept.put("disruptionBudget", disruptionBudget());
    var security = set.container().getSecurityContext();
    var user =
        Optional.ofNullable(security == null ? null : security.getRunAsUser())
            .or(() -> Optional.ofNullable(podSecurity().getRunAsUser()));
    user.ifPresent(u -> kept.put("user", u));
    put(kept, "group", podSecurity().getFsGroup(), Function.identity());
    kept.put("data", data());
    kept.put("credentials", credentials());
    roles.pgpool().ifPresent(pgpool -> kept.put("pgpool", keptPgpool(pgpool)));
    return kept;
  }

  private PodSecurityContext podSecurity() {
    return Optional.ofNullable(pod.getSecurityContext()).orElseGet(PodSecurityContext::new);
  }

  private Map<String, String> selector(Workload workload, LabelSelector selector) {
    if (selector.getMatchExpressions() != null && !selector.getMatchExpressions().isEmpty())
      problems.add(
          workload
              .placed()
              .problem(
                  "spec.selector.matchExpressions",
                  "selects its pods by expressions, and Kubernetes lets nobody change that: a spec knows only matchLabels."));
    return Objects.requireNonNullElse(selector.getMatchLabels(), Map.of());
  }

  private Map<String, String> data() {
    var directory = OwnersData.directory(set::value);
    var mount =
        set.container().getVolumeMounts().stream()
            .filter(m -> Names.DATA_CLAIM.equals(m.getName()))
            .map(m -> m.getMountPath().replaceFirst("/*$", ""))
            .filter(path -> directory.startsWith(path + "/"))
            .findFirst()
            .orElseThrow();
    var data = new LinkedHashMap<String, String>();
    data.put("mountPath", mount);
    data.put("directory", directory.replaceFirst("/*$", ""));
    return data;
  }

  private Map<String, String> credentials() {
    var superuser = ImageLimits.password(set);
    var repmgr = ImageLimits.secret(set, List.of(REPMGR_PASSWORD));
    if (repmgr.isEmpty())
      problem(
          "REPMGR_PASSWORD",
          "takes no REPMGR_PASSWORD from a Secret's key, which a spec names instead of the password.");
    else if (!repmgr.get().getName().equals(superuser.orElseThrow().getName()))
      problem(
          "REPMGR_PASSWORD",
          "takes its passwords from two Secrets, %s and %s: a spec names one. Put both into one, with the values that they have."
              .formatted(superuser.get().getName(), repmgr.get().getName()));
    var credentials = new LinkedHashMap<String, String>();
    credentials.put("name", superuser.orElseThrow().getName());
    credentials.put("superuserKey", superuser.get().getKey());
    credentials.put("repmgrKey", repmgr.map(SecretKeySelector::getKey).orElse(""));
    return credentials;
  }

  private Map<String, Object> keptPgpool(Workload pgpool) {
    var deployment = (Deployment) pgpool.placed().object();
    var kept = new LinkedHashMap<String, Object>();
    kept.put("deployment", pgpool.name());
    kept.put("selector", selector(pgpool, deployment.getSpec().getSelector()));
    kept.put("services", services(pgpool).map(Conversion::service).toList());
    return kept;
  }

  private Stream<Service> services(Workload pgpool) {
    var labels = pgpool.template().getMetadata().getLabels();
    return objects(Service.class)
        .filter(
            s ->
                s.getSpec().getSelector() != null
                    && !s.getSpec().getSelector().isEmpty()
                    && labels.entrySet().containsAll(s.getSpec().getSelector().entrySet()));
  }

  private static Map<String, Object> service(Service service) {
    var kept = new LinkedHashMap<String, Object>();
    kept.put("name", service.getMetadata().getName());
    kept.put("type", Optional.ofNullable(service.getSpec().getType()).orElse("ClusterIP"));
    service.getSpec().getPorts().stream()
        .map(ServicePort::getNodePort)
        .filter(Objects::nonNull)
        .findFirst()
        .ifPresent(port -> kept.put("nodePort", port));
    return kept;
  }

  private String disruptionBudget() {
    return OwnersClusters.budget(manifests, set).orElseGet(layout::besideName);
  }

  private <T extends HasMetadata> Stream<T> objects(Class<T> type) {
    return manifests.objects().stream()
        .map(o -> o.object())
        .filter(type::isInstance)
        .map(type::cast);
  }

  private void templateLeft(Workload workload, CarriedSettings.Found settings) {
    var spec = workload.template().getSpec();
    var what = workload.placed().key().toString();
    PodReading.names(workload.container()).stream()
        .filter(name -> !ImageLimits.hasOneValue(name) && !isOfThePod(workload, name))
        .filter(name -> !settings.variables().contains(name) && !asksForNothing(workload, name))
        .filter(name -> !CARRIED_OVER.contains(name.replaceFirst("_FILE$", "")))
        .filter(name -> !ImageLimits.SUPERUSER_PASSWORD.contains(name.replaceFirst("_FILE$", "")))
        .forEach(name -> left.add("%s: the variable %s".formatted(what, told(workload, name))));
    left.addAll(settings.left());
    PodReading.containers(spec).stream()
        .filter(c -> !c.getName().equals(workload.container().getName()))
        .forEach(c -> left.add("%s: the container %s".formatted(what, c.getName())));
    list(spec.getVolumes())
        .forEach(v -> left.add("%s: the volume %s".formatted(what, v.getName())));
    var container = workload.container();
    if (container.getLifecycle() != null || container.getLivenessProbe() != null)
      left.add(what + ": its hooks and probes; pgbaton's pods have their own");
    if (spec.getAffinity() != null)
      left.add(what + ": its affinity, but for whether instances keep apart");
    var labels = workload.template().getMetadata();
    if (labels != null && labels.getAnnotations() != null)
      labels
          .getAnnotations()
          .keySet()
          .forEach(name -> left.add("%s: the pods' annotation %s".formatted(what, name)));
  }

  /** What is empty, or switched off, is not missed. */
  private static boolean asksForNothing(Workload workload, String variable) {
    var value = workload.variables().get(variable);
    return value != null
        && (value.isBlank()
            || variable.matches("[A-Z]+_ENABLE_.*")
                && Set.of("no", "false", "off", "0").contains(value.toLowerCase(Locale.ROOT)));
  }

  /** In the log of a pipeline. A token may be in any variable but those that are known. */
  private static boolean mayBeShown(String variable) {
    return KNOWN.matcher(variable).matches()
        && !SECRET.matcher(variable).find()
        && (CarriedSettings.isOne(variable) || !ADDRESS.matcher(variable).find());
  }

  /** A copy in which no variable has a value that may not be shown. */
  public static HasMetadata shown(HasMetadata object) {
    return switch (object) {
      case StatefulSet set -> {
        var copy = set.edit().build();
        hideValues(copy.getSpec().getTemplate());
        yield copy;
      }
      case Deployment deployment -> {
        var copy = deployment.edit().build();
        hideValues(copy.getSpec().getTemplate());
        yield copy;
      }
      default -> object;
    };
  }

  private static void hideValues(PodTemplateSpec template) {
    PodReading.containers(template.getSpec()).stream()
        .flatMap(container -> list(container.getEnv()).stream())
        .filter(variable -> variable.getValue() != null && !mayBeShown(variable.getName()))
        .forEach(variable -> variable.setValue("<not shown>"));
  }

  private static String told(Workload workload, String variable) {
    var place = workload.placed().places().of(workload.field(variable));
    var value = mayBeShown(variable) ? " = " + workload.value(variable).orElse("") : "";
    return "%s%s (%s)%s".formatted(variable, value, place, whereTo(variable));
  }

  private static String whereTo(String variable) {
    if (CarriedSettings.isOne(variable))
      return variable.startsWith("PGPOOL_")
          ? "; its value goes to spec.pgpool.parameters"
          : "; its value goes to spec.postgresql.parameters";
    if (variable.startsWith("PGPOOL_ADMIN_PASSWORD")) return "; pgbaton makes one of its own";
    return variable.contains("PGAUDIT") ? "; pgaudit is not in pgbaton's image" : "";
  }

  /** Such as its name, for other variables to refer to. */
  private static boolean isOfThePod(Workload workload, String variable) {
    return workload.container().getEnv().stream()
        .anyMatch(
            v ->
                v.getName().equals(variable)
                    && v.getValueFrom() != null
                    && v.getValueFrom().getFieldRef() != null);
  }

  private void objectsLeft() {
    var pgpools = roles.pgpool().map(p -> services(p).map(s -> s.getMetadata().getName()).toList());
    for (var placed : manifests.objects()) {
      var object = placed.object();
      var name = object.getMetadata().getName();
      var gone =
          switch (object.getKind()) {
            case "Namespace", "StatefulSet" ->
                placed != set.placed() && object instanceof StatefulSet;
            case "Service" ->
                !name.equals(layout.headlessService())
                    && pgpools.filter(names -> names.contains(name)).isEmpty();
            case "Deployment" -> roles.pgpool().filter(p -> p.placed() == placed).isEmpty();
            case "PodDisruptionBudget" -> !name.equals(disruptionBudget());
            default -> true;
          };
      if (gone) left.add("%s (%s): %s".formatted(placed.key(), placed.source(), becomes(object)));
    }
  }

  private static String becomes(HasMetadata object) {
    return switch (object.getKind()) {
      case "ConfigMap", "Service", "Deployment", "PodDisruptionBudget" ->
          "removed when the rollout is over";
      case "Secret" -> "stays as it is, and no longer comes from Git";
      default -> "stays, and is looked after by nobody";
    };
  }

  private void problem(String field, String message) {
    problems.add(
        set.placed().problem(field.startsWith("spec.") ? field : set.field(field), message));
  }

  private static <T> void put(
      Map<String, Object> map, String name, T value, Function<T, Object> printed) {
    if (value == null
        || value instanceof Collection<?> list && list.isEmpty()
        || value instanceof Map<?, ?> all && all.isEmpty()) return;
    var plain = printed.apply(value);
    if (!(plain instanceof Map<?, ?> all && all.isEmpty())) map.put(name, plain);
  }

  private static Object plain(Object value) {
    return Manifests.plain(value);
  }

  private static <T> List<T> list(List<T> maybe) {
    return maybe == null ? List.of() : maybe;
  }
}
