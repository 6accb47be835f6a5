package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The nodes: which of them take pods, and which of them have power. */
final class Machines {
  private final ObjectStore store;
  private final List<String> names = new ArrayList<>();
  private final Set<String> dark = new HashSet<>();
  private final List<Consumer<String>> whenPowerChanges = new ArrayList<>();

  Machines(ObjectStore store, int count) {
    this.store = store;
    for (int i = 1; i <= count; i++) {
      var name = "node-" + i;
      names.add(name);
      store.create(
          new NodeBuilder()
              .withNewMetadata()
              .withName(name)
              .endMetadata()
              .withNewSpec()
              .endSpec()
              .build());
    }
  }

  List<String> names() {
    return names;
  }

  boolean isUp(String node) {
    return !dark.contains(node);
  }

  void power(String node, boolean on) {
    if (on ? dark.remove(node) : dark.add(node)) whenPowerChanges.forEach(w -> w.accept(node));
  }

  void onPower(Consumer<String> watcher) {
    whenPowerChanges.add(watcher);
  }

  void cordon(String node, boolean cordoned) {
    store.update(
        new ObjectKey("Node", null, node),
        Node.class,
        n -> n.edit().editSpec().withUnschedulable(cordoned ? true : null).endSpec().build());
  }

  static boolean cordoned(Node node) {
    return Boolean.TRUE.equals(node.getSpec().getUnschedulable());
  }

  /** Never two instances on one node, as required anti-affinity has it. */
  Optional<String> placeFor(Pod pod) {
    var set = pod.getMetadata().getOwnerReferences();
    var taken = new HashSet<String>();
    for (Pod other : store.list(Pod.class)) {
      if (other.getMetadata().getOwnerReferences().equals(set)
          && other.getSpec().getNodeName() != null) taken.add(other.getSpec().getNodeName());
    }
    return store.list(Node.class).stream()
        .filter(n -> !cordoned(n))
        .map(n -> n.getMetadata().getName())
        .filter(n -> isUp(n) && !taken.contains(n))
        .min(
            Comparator.comparing((String n) -> !n.equals(home(pod))).thenComparing(names::indexOf));
  }

  /** The node of the same number, so that a pod comes back to where it was. */
  private String home(Pod pod) {
    var name = pod.getMetadata().getName();
    var ordinal = Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
    return names.get(ordinal % names.size());
  }
}
