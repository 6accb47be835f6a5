package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.spec.NetworkPolicySpec;
import dev.pgbaton.spec.NetworkPolicySpec.Client;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Who gets to the pods at all. The kubelet's probes come from the node, which always may. */
final class NetworkPolicies {
  private static final String NAMESPACE = "kubernetes.io/metadata.name";

  /** As kustomize/base has it, whatever an installation is called. */
  private static final Map<String, String> DAEMON = Map.of("app.kubernetes.io/name", "pgbaton");

  private NetworkPolicies() {}

  static List<NetworkPolicy> of(NetworkPolicySpec spec, ClusterLayout layout, Labels labels) {
    var clients = spec.clients().stream().map(NetworkPolicies::peer).toList();
    var daemon = pods(spec.daemonNamespace(), DAEMON);
    var instances = own(labels, Labels.Component.postgresql);
    var pgpool = own(labels, Labels.Component.pgpool);
    var policies = new ArrayList<NetworkPolicy>();
    policies.add(
        policy(
            layout,
            layout.statefulSet(),
            labels,
            Labels.Component.postgresql,
            rule(with(clients, pgpool), Names.POSTGRES_PORT),
            rule(List.of(instances, daemon), Names.POSTGRES_PORT, Names.STATUS_PORT)));
    layout
        .pgpoolDeployment()
        .ifPresent(
            name ->
                policies.add(
                    policy(
                        layout,
                        name,
                        labels,
                        Labels.Component.pgpool,
                        rule(with(clients, daemon), Names.POSTGRES_PORT))));
    return policies;
  }

  private static List<NetworkPolicyPeer> with(
      List<NetworkPolicyPeer> peers, NetworkPolicyPeer another) {
    var all = new ArrayList<>(peers);
    all.add(another);
    return all;
  }

  private static NetworkPolicy policy(
      ClusterLayout layout,
      String name,
      Labels labels,
      Labels.Component component,
      NetworkPolicyIngressRule... rules) {
    return new NetworkPolicyBuilder()
        .withMetadata(Metadata.of(layout, name, labels.object(component)))
        .withNewSpec()
        .withPodSelector(selector(labels.selector(component)))
        .withPolicyTypes("Ingress")
        .withIngress(rules)
        .endSpec()
        .build();
  }

  private static NetworkPolicyIngressRule rule(List<NetworkPolicyPeer> from, int... ports) {
    return new NetworkPolicyIngressRuleBuilder()
        .withFrom(from)
        .withPorts(
            IntStream.of(ports)
                .mapToObj(port -> new NetworkPolicyPort(null, new IntOrString(port), "TCP"))
                .toList())
        .build();
  }

  private static NetworkPolicyPeer own(Labels labels, Labels.Component component) {
    return new NetworkPolicyPeerBuilder()
        .withPodSelector(selector(labels.selector(component)))
        .build();
  }

  private static NetworkPolicyPeer peer(Client client) {
    if (client.addresses().isPresent())
      return new NetworkPolicyPeerBuilder()
          .withNewIpBlock()
          .withCidr(client.addresses().get())
          .endIpBlock()
          .build();
    return client
        .namespace()
        .map(namespace -> pods(namespace, client.pods()))
        .orElseGet(
            () -> new NetworkPolicyPeerBuilder().withPodSelector(selector(client.pods())).build());
  }

  private static NetworkPolicyPeer pods(String namespace, Map<String, String> labels) {
    return new NetworkPolicyPeerBuilder()
        .withNamespaceSelector(selector(Map.of(NAMESPACE, namespace)))
        .withPodSelector(labels.isEmpty() ? null : selector(labels))
        .build();
  }

  private static LabelSelector selector(Map<String, String> labels) {
    return labels.isEmpty()
        ? new LabelSelector()
        : new LabelSelectorBuilder().withMatchLabels(labels).build();
  }
}
