package dev.pgbaton.desired;

import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.Problem;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Which lines of somebody's manifests would make an outage shorter. Nothing is changed for them.
 */
final class OwnersAdvice {
  private OwnersAdvice() {}

  static List<Problem> on(ParsedSpec.Manifests manifests, Workload set) {
    var advice = new ArrayList<Problem>();
    if (!OwnersClusters.hasInstanceProgram(set)) return List.of(outage(set));
    var budget = OwnersClusters.hookBudget(set);
    if (budget.compareTo(StatefulSets.HOOK_BUDGET) < 0)
      advice.add(
          set.placed()
              .problem(
                  "spec.template.spec.terminationGracePeriodSeconds",
                  "leaves %d s to hand the primary over, which may take up to %d s: a hook that is cut off hands nothing over. Put terminationGracePeriodSeconds: 60."
                      .formatted(budget.toSeconds(), StatefulSets.HOOK_BUDGET.toSeconds())));
    if (OwnersClusters.serviceAccount(set).equals("default"))
      advice.add(
          set.placed()
              .problem(
                  "spec.template.spec",
                  "names no service account, so every pod of the namespace that names none gets the instances' rights with them: to write their Lease (which stops a primary) and the two EndpointSlices (which lead the clients). Put a ServiceAccount beside it, and serviceAccountName here."));
    if (set.container().getLifecycle() == null
        || set.container().getLifecycle().getPreStop() == null)
      advice.add(
          set.placed()
              .problem(
                  "spec.template.spec.containers[%d]".formatted(set.index()),
                  "has no preStop hook: with /usr/local/bin/pgbaton-ask pre-stop as its command, clients are led to the new primary before the pod is."));
    var wanted = (StatefulSet) set.placed().object();
    for (var placed : manifests.objects()) {
      if (placed.object() instanceof Service service
          && service.getMetadata().getName().equals(wanted.getSpec().getServiceName())
          && !Boolean.TRUE.equals(service.getSpec().getPublishNotReadyAddresses()))
        advice.add(
            placed.problem(
                "spec",
                "names only pods that are Ready: after all of them were lost at once, the instances find each other later. Put publishNotReadyAddresses: true."));
    }
    return List.copyOf(advice);
  }

  /** Kubernetes restarts one after another, but evicts as many at once as it is asked to. */
  static List<Problem> onItsBudget(ParsedSpec.Manifests manifests, Workload set) {
    return OwnersClusters.hasBudget(manifests, set)
        ? List.of()
        : List.of(
            set.placed()
                .problem(
                    "metadata.name",
                    "has no PodDisruptionBudget: without one, a drain of two nodes may take two instances at once. pgbaton makes %s-pgbaton, of maxUnavailable: 1, with which a drain waits for the other, and for a rollout."
                        .formatted(set.name())));
  }

  /** Base64 hides nothing from whoever reads the repository. */
  static List<Problem> onPlainPasswords(ParsedSpec.Manifests manifests, List<String> secrets) {
    return manifests.objects().stream()
        .filter(
            placed ->
                placed.object() instanceof Secret secret
                    && secrets.contains(secret.getMetadata().getName())
                    && !DesiredCluster.encoded(secret).isEmpty())
        .map(
            placed ->
                placed.problem(
                    "metadata.name",
                    "has its passwords readable in Git: whoever may read the repository, and its history, has them. Base64 is no encryption. A Secret that something else makes (External Secrets, Sealed Secrets) is read just as well."))
        .toList();
  }

  /** What repmgr takes to notice that the primary is gone: its own defaults are 6 times 10 s. */
  private static Problem outage(Workload set) {
    var attempts = number(set, "REPMGR_RECONNECT_ATTEMPTS", 6);
    var interval = number(set, "REPMGR_RECONNECT_INTERVAL", 10);
    return set.placed()
        .problem(
            set.imageField(),
            "%s has no instance program: its own hook and repmgr move the primary, and each rollout costs %d s of failed writes or more (REPMGR_RECONNECT_ATTEMPTS %d × REPMGR_RECONNECT_INTERVAL %d s, then the promotion). Lower values shorten that; with pgbaton's image it takes a fraction of a second."
                .formatted(set.image(), attempts * interval, attempts, interval));
  }

  private static int number(Workload set, String variable, int otherwise) {
    return set.value(variable)
        .filter(text -> text.matches("\\d{1,6}"))
        .map(Integer::parseInt)
        .orElse(otherwise);
  }
}
