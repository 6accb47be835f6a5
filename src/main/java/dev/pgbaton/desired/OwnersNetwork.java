package dev.pgbaton.desired;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.PlacedObject;
import dev.pgbaton.spec.Problem;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether the owner's NetworkPolicies let the instances talk to each other. */
final class OwnersNetwork {
  private OwnersNetwork() {}

  static List<Problem> problems(ParsedSpec.Manifests manifests, Workload set) {
    var policies =
        manifests.objects().stream()
            .filter(o -> o.object() instanceof NetworkPolicy policy && shutsIn(policy, set))
            .toList();
    var open =
        policies.isEmpty()
            || policies.stream()
                .map(p -> (NetworkPolicy) p.object())
                .anyMatch(OwnersNetwork::opens);
    return open ? List.of() : policies.stream().map(OwnersNetwork::problem).toList();
  }

  private static Problem problem(PlacedObject policy) {
    return policy.problem(
        "spec.ingress",
        "lets nobody reach the instances' port %d, by which they and pgbaton ask each other how they are. Add an ingress rule with that port, from these pods and pgbaton's namespace."
            .formatted(Names.STATUS_PORT));
  }

  private static boolean shutsIn(NetworkPolicy policy, Workload set) {
    var spec = policy.getSpec();
    var types = spec == null ? null : spec.getPolicyTypes();
    var ingress = types == null || types.isEmpty() || types.contains("Ingress");
    return spec != null && ingress && selects(spec.getPodSelector(), set);
  }

  private static boolean selects(LabelSelector selector, Workload set) {
    var labels =
        Optional.ofNullable(set.template().getMetadata())
            .map(meta -> meta.getLabels())
            .orElse(Map.of());
    return selector == null || Selectors.selects(selector, labels);
  }

  /** By any rule: whom it lets in is its owner's to know. */
  private static boolean opens(NetworkPolicy policy) {
    var rules = policy.getSpec().getIngress();
    return rules != null
        && rules.stream()
            .anyMatch(
                rule ->
                    rule.getPorts() == null
                        || rule.getPorts().isEmpty()
                        || rule.getPorts().stream().anyMatch(OwnersNetwork::isOurs));
  }

  private static boolean isOurs(NetworkPolicyPort port) {
    if (port.getPort() == null) return true;
    var first = number(port.getPort());
    if (first.isEmpty()) return false;
    var last = Optional.ofNullable(port.getEndPort()).orElse(first.get());
    return first.get() <= Names.STATUS_PORT && Names.STATUS_PORT <= last;
  }

  private static Optional<Integer> number(IntOrString port) {
    return Optional.ofNullable(port.getIntVal());
  }
}
