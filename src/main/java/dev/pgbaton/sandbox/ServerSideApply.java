package dev.pgbaton.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * An apply by pgbaton, as far as pgbaton can tell it from the real one: its fields win, its former
 * fields go, labels and annotations of others and the status stay.
 */
final class ServerSideApply {
  private final ObjectStore store;
  private final Map<ObjectKey, HasMetadata> lastApplied = new HashMap<>();
  private final Map<String, UnaryOperator<HasMetadata>> admission = new HashMap<>();

  ServerSideApply(ObjectStore store) {
    this.store = store;
  }

  /** Something on the way makes something else of every object of that kind. */
  void admit(String kind, UnaryOperator<HasMetadata> change) {
    admission.put(kind, change);
  }

  HasMetadata apply(HasMetadata desired) {
    return apply(desired, AppliedHash.of(desired));
  }

  /**
   * @param hash of what was desired, before it was filled in
   */
  HasMetadata apply(HasMetadata desired, String hash) {
    var key = ObjectStore.key(desired);
    var object =
        admission.getOrDefault(key.kind(), UnaryOperator.identity()).apply(Json.copy(desired));
    var live = store.find(key);
    object.getMetadata().setLabels(labels(key, object, live));
    object.getMetadata().setAnnotations(annotations(key, object, live, hash));
    lastApplied.put(key, desired);
    return live.map(l -> replace(object, l)).orElseGet(() -> store.create(object));
  }

  private HasMetadata replace(HasMetadata object, HasMetadata live) {
    var before = Json.tree(live);
    var tree = Json.tree(object);
    if (before.has("status")) tree.set("status", before.get("status"));
    var next = Json.object(tree, object);
    var meta = next.getMetadata();
    meta.setUid(live.getMetadata().getUid());
    meta.setCreationTimestamp(live.getMetadata().getCreationTimestamp());
    var specChanged = !same(tree, before, "spec");
    meta.setGeneration(live.getMetadata().getGeneration() + (specChanged ? 1 : 0));
    var unchanged =
        !specChanged
            && same(tree, before, "data")
            && meta.getLabels().equals(live.getMetadata().getLabels())
            && meta.getAnnotations().equals(live.getMetadata().getAnnotations());
    return unchanged ? live : store.replace(next);
  }

  private static boolean same(ObjectNode one, ObjectNode other, String field) {
    return one.path(field).equals(other.path(field));
  }

  private Map<String, String> labels(
      ObjectKey key, HasMetadata object, Optional<HasMetadata> live) {
    return merged(
        live.map(l -> l.getMetadata().getLabels()).orElse(null),
        Optional.ofNullable(lastApplied.get(key))
            .map(l -> l.getMetadata().getLabels())
            .orElse(null),
        object.getMetadata().getLabels());
  }

  private Map<String, String> annotations(
      ObjectKey key, HasMetadata object, Optional<HasMetadata> live, String hash) {
    var merged =
        merged(
            live.map(l -> l.getMetadata().getAnnotations()).orElse(null),
            Optional.ofNullable(lastApplied.get(key))
                .map(l -> l.getMetadata().getAnnotations())
                .orElse(null),
            object.getMetadata().getAnnotations());
    merged.put(Names.APPLIED, hash);
    return merged;
  }

  private static Map<String, String> merged(
      Map<String, String> live, Map<String, String> last, Map<String, String> desired) {
    var result = new TreeMap<String, String>();
    if (live != null) result.putAll(live);
    if (last != null) result.keySet().removeAll(last.keySet());
    if (desired != null) result.putAll(desired);
    return result;
  }
}
