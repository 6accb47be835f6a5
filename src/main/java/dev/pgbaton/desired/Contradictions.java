package dev.pgbaton.desired;

import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.Problem;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a person's manifests say twice, and not the same: who the instances are, how many, who is
 * the first primary, whose images they run, and what is in a Secret.
 */
final class Contradictions {
  private static final String PARTNERS = "REPMGR_PARTNER_NODES";
  private static final String PRIMARY = "REPMGR_PRIMARY_HOST";
  private static final String BACKENDS = "PGPOOL_BACKEND_NODES";
  private static final String PGPOOL_CONFIGURATION = "/etc/pgbaton/pgpool";

  /** Bitnami's partner list may give a port; pgpool's backends have a number before the name. */
  private static final Pattern HOST = Pattern.compile("([^:/]+)(?::\\d+)?");

  private static final Pattern BACKEND =
      Pattern.compile("\\d+:([^:]+)(?::\\d+)?(?::[0-9.]+)?(?::.*)?");

  private static final Pattern SEVERAL = Pattern.compile("[,;].*[^,;]", Pattern.DOTALL);

  private final Workload set;
  private final StatefulSet object;
  private final int replicas;
  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> advice = new ArrayList<>();

  private Contradictions(Workload set) {
    this.set = set;
    this.object = (StatefulSet) set.placed().object();
    this.replicas = replicas(object);
  }

  /**
   * @param problems what can't both be true
   * @param advice what works, but not as it looks
   */
  record Found(List<Problem> problems, List<Problem> advice) {}

  static Found in(ParsedSpec.Manifests manifests, FoundRoles.Clear roles) {
    var found = new Contradictions(roles.postgresql());
    found.howMany();
    found.partners();
    found.primary();
    roles.pgpool().ifPresent(found::backends);
    roles.pgpool().ifPresent(pgpool -> found.routes(manifests, pgpool));
    found.problems.addAll(MissingKeys.ofTheDatabase(manifests, roles));
    found.advice.addAll(MissingKeys.ofOthers(manifests, roles));
    return new Found(List.copyOf(found.problems), List.copyOf(found.advice));
  }

  static int replicas(StatefulSet set) {
    return Optional.ofNullable(set.getSpec().getReplicas()).orElse(1);
  }

  /** The instances as repmgr's environment lists them, by pod name; empty if it lists none. */
  static Set<String> partners(Workload set) {
    return pods(
        set.value(PARTNERS).stream().flatMap(t -> Stream.of(t.split("[,;]"))).toList(), HOST);
  }

  /** To Kubernetes it is one then, and whoever scaled it by hand would lose the others. */
  private void howMany() {
    if (object.getSpec().getReplicas() == null)
      problem(
          set,
          "spec.replicas",
          "is missing, so that it is not known how many instances there shall be. Put the number that runs.");
  }

  private void partners() {
    if (object.getSpec().getReplicas() == null) return;
    if (set.value(PARTNERS).isEmpty()) return;
    var field = set.field(PARTNERS);
    var hosts = List.of(set.value(PARTNERS).get().split("[,;]"));
    var named = new TreeSet<String>();
    for (var host : hosts) {
      if (host.isBlank()) continue;
      var pod = known(host.strip(), HOST, set, field);
      // The instances count names: one that is there twice would be a member that never answers.
      if (pod.isPresent() && !named.add(pod.get()))
        problem(set, field, "lists %s twice. Remove one.".formatted(pod.get()));
    }
    for (int ordinal = replicas; ordinal < named.size(); ordinal++) {
      var missing = set.name() + "-" + ordinal;
      if (!named.contains(missing))
        problem(
            set,
            field,
            "lists %d instances, but not %s: they have to be %s-0 and so on, without a gap."
                .formatted(named.size(), missing, set.name()));
    }
    for (var missing : podNames()) {
      if (!named.contains(missing))
        problem(
            set,
            field,
            "lists %d instances, but replicas is %d: %s is missing. Add it, or put replicas: %d."
                .formatted(named.size(), replicas, missing, named.size()));
    }
    // Scaled to nothing for a while, the list is right for when it comes back.
    if (replicas > 0 && named.size() > replicas && problems.isEmpty())
      advise(
          set,
          field,
          "lists %d instances, but replicas is %d: those that are not there count as lost ones."
              .formatted(named.size(), replicas));
  }

  private void primary() {
    var host = set.value(PRIMARY);
    if (host.isEmpty()) return;
    var pod = known(host.get().strip(), HOST, set, set.field(PRIMARY));
    var partners = partners(set);
    if (pod.isPresent() && !partners.isEmpty() && !partners.contains(pod.get()))
      problem(
          set,
          set.field(PRIMARY),
          "names %s, which %s does not list.".formatted(pod.get(), PARTNERS));
  }

  private void backends(Workload pgpool) {
    var text = pgpool.value(BACKENDS);
    if (text.isEmpty()) return;
    var field = pgpool.field(BACKENDS);
    var named = new LinkedHashSet<String>();
    for (var backend : text.get().split("[,;]")) {
      if (backend.isBlank()) continue;
      var pod = known(backend.strip(), BACKEND, pgpool, field);
      if (pod.isPresent() && !named.add(pod.get()))
        problem(pgpool, field, "lists %s twice.".formatted(pod.get()));
    }
    for (var missing : podNames()) {
      if (!named.contains(missing) && !named.isEmpty())
        advise(
            pgpool,
            field,
            "lists %d backends, but the StatefulSet has %d instances: %s is missing."
                .formatted(named.size(), replicas, missing));
    }
  }

  /**
   * pgbaton's pgpool finds PostgreSQL by two Services that come with pgbaton's PostgreSQL alone.
   */
  private void routes(ParsedSpec.Manifests manifests, Workload pgpool) {
    if (OwnersClusters.hasInstanceProgram(set)
        || !OwnersClusters.isPgbatons(pgpool)
        || hasItsOwnConfiguration(pgpool)) return;
    var there =
        manifests.objects().stream()
            .filter(o -> o.object() instanceof Service)
            .map(o -> o.object().getMetadata().getName())
            .collect(Collectors.toSet());
    var several = pgpool.value(BACKENDS).filter(t -> SEVERAL.matcher(t).find()).isPresent();
    var missing =
        Stream.of(set.name() + "-primary", set.name() + "-replicas")
            .limit(several ? 2 : 1)
            .filter(service -> !there.contains(service))
            .toList();
    if (!missing.isEmpty())
      problem(
          pgpool,
          pgpool.imageField(),
          "runs pgbaton's pgpool (%s) before somebody else's PostgreSQL (%s): that pgpool leads to the Services %s-primary and %s-replicas, which pgbaton makes beside its own PostgreSQL only, so it would never be Ready. Put the pgpool image that goes with that PostgreSQL, or write the Services (missing: %s). Where a name misleads, the annotation %s says whose image it is: \"true\" on the StatefulSet, or \"false\" on the Deployment."
              .formatted(
                  pgpool.image(),
                  set.image(),
                  set.name(),
                  set.name(),
                  String.join(", ", missing),
                  OwnersClusters.INSTANCE_PROGRAM));
  }

  /** Then its image reads no variable for its settings. */
  static boolean hasItsOwnConfiguration(Workload pgpool) {
    var mounts = pgpool.container().getVolumeMounts();
    return pgpool.has("PGPOOL_CONF_FILE")
        || mounts != null
            && mounts.stream().anyMatch(m -> m.getMountPath().startsWith(PGPOOL_CONFIGURATION));
  }

  /** The pod that a host name means, if it can be one of this StatefulSet's. */
  private Optional<String> known(String host, Pattern form, Workload where, String field) {
    var match = form.matcher(host);
    if (!match.matches()) {
      problem(where, field, "has '%s', which names no instance.".formatted(host));
      return Optional.empty();
    }
    var parts = match.group(1).split("\\.");
    var service = object.getSpec().getServiceName();
    // What is only known in the pod stays as it was written.
    if (match.group(1).contains("$(")) return Optional.empty();
    if (!parts[0].matches(Pattern.quote(set.name()) + "-\\d{1,4}")) {
      problem(
          where,
          field,
          "has '%s', but the instances are %s-0 and so on.".formatted(host, set.name()));
      return Optional.empty();
    }
    if (parts.length > 1 && service != null && !parts[1].equals(service)) {
      problem(
          where,
          field,
          "has '%s', but the StatefulSet's serviceName is %s: no pod has that name."
              .formatted(host, service));
      return Optional.empty();
    }
    if (parts.length > 2 && !parts[2].equals(set.namespace())) {
      problem(
          where,
          field,
          "has '%s', which is in another namespace than %s.".formatted(host, set.namespace()));
      return Optional.empty();
    }
    return Optional.of(parts[0]);
  }

  private static Set<String> pods(List<String> hosts, Pattern form) {
    var pods = new LinkedHashSet<String>();
    for (var host : hosts) {
      var match = form.matcher(host.strip());
      if (match.matches()) pods.add(match.group(1).split("\\.")[0]);
    }
    return pods;
  }

  private List<String> podNames() {
    return java.util.stream.IntStream.range(0, replicas)
        .mapToObj(ordinal -> set.name() + "-" + ordinal)
        .toList();
  }

  private void problem(Workload where, String field, String message) {
    problems.add(where.placed().problem(field, message));
  }

  private void advise(Workload where, String field, String message) {
    advice.add(where.placed().problem(field, message));
  }
}
