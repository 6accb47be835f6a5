package dev.pgbaton.kube;

import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * What this process wrote and the caches may not show yet: an informer is always a little late, and
 * deciding on what was true before our own write does the same thing twice.
 */
final class OwnWrites {
  /** How far a cache has to be to show one write. */
  private sealed interface Expected {
    record Version(long version) implements Expected {}

    /** The server does not say which version an eviction makes. */
    record Ending(String uid) implements Expected {}
  }

  private final Map<ObjectKey, Expected> expected = new ConcurrentHashMap<>();
  private final Map<ObjectKey, HasMetadata> unlabelled = new ConcurrentHashMap<>();

  void wrote(ObjectKey key, HasMetadata object) {
    expected.put(key, new Expected.Version(Trim.version(object)));
  }

  void ended(ObjectKey key, String uid) {
    expected.put(key, new Expected.Ending(uid));
  }

  /** An object that others made before us, without the label that the informers select by. */
  void found(ObjectKey key, HasMetadata object) {
    unlabelled.put(key, object);
  }

  Optional<HasMetadata> unlabelled(ObjectKey key) {
    return Optional.ofNullable(unlabelled.get(key));
  }

  /**
   * Whether the caches show every write that {@code concerned} selects; forgets those they show.
   */
  boolean shown(Predicate<ObjectKey> concerned, Caches caches) {
    var all = true;
    for (var key : expected.keySet()) {
      if (!concerned.test(key)) continue;
      var write = expected.get(key);
      if (write != null && shows(caches, key, write)) expected.remove(key, write);
      else if (write != null) all = false;
    }
    return all;
  }

  private static boolean shows(Caches caches, ObjectKey key, Expected write) {
    return switch (write) {
      // A watch delivers in the order of versions: one that is past ours has shown it, even if the
      // object is gone again.
      case Expected.Version(var version) ->
          caches.find(key).map(o -> Trim.version(o) >= version).orElse(false)
              || caches.seenUpTo(key.kind(), key.namespace()) >= version;
      case Expected.Ending(var uid) ->
          caches
              .find(key)
              .map(HasMetadata::getMetadata)
              .map(m -> !uid.equals(m.getUid()) || m.getDeletionTimestamp() != null)
              .orElse(true);
    };
  }
}
