package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One daemon's informers: each kind comes in order, but late, and later than another kind. A new
 * daemon begins with a fresh list.
 */
final class DaemonCache {
  private final Agenda agenda;
  private final Chance chance;
  private final ObjectStore store;
  private final ApiServer api;
  private final Map<ObjectKey, HasMetadata> objects;
  private final Map<String, Long> seen = new HashMap<>();
  private final Map<String, Long> expected = new HashMap<>();
  private final Map<String, Deque<ObjectStore.Event>> underWay = new HashMap<>();
  private final Consumer<ObjectStore.Event> watcher = this::happened;
  private final long began;
  private final Runnable changed;
  private int lateness = 1;

  /**
   * @param changed told when something came in that is worth another look
   */
  DaemonCache(Agenda agenda, Chance chance, ObjectStore store, ApiServer api, Runnable changed) {
    this.agenda = agenda;
    this.chance = chance;
    this.store = store;
    this.api = api;
    this.changed = changed;
    this.objects = new LinkedHashMap<>(store.all());
    this.began = store.version();
    store.watch(watcher);
  }

  void close() {
    store.unwatch(watcher);
  }

  /** How many times later than usual everything comes. */
  void lateness(int times) {
    lateness = times;
  }

  Map<ObjectKey, HasMetadata> objects() {
    return objects;
  }

  void wrote(String kind, long version) {
    expected.merge(kind, version, Math::max);
  }

  /** Whether all own writes show. */
  boolean current() {
    return expected.entrySet().stream()
        .allMatch(e -> seen.getOrDefault(e.getKey(), began) >= e.getValue());
  }

  private void happened(ObjectStore.Event event) {
    var queue = underWay.computeIfAbsent(event.key().kind(), _ -> new ArrayDeque<>());
    queue.add(event);
    if (queue.size() == 1) deliverIn(queue, chance.between(5, 120) * lateness);
  }

  private void deliverIn(Deque<ObjectStore.Event> queue, long millis) {
    agenda.in(
        millis,
        () -> {
          if (api.away()) {
            deliverIn(queue, 500);
            return;
          }
          // What has piled up comes together.
          while (!queue.isEmpty()) deliver(queue.poll());
        });
  }

  private void deliver(ObjectStore.Event event) {
    var before =
        event.gone() ? objects.remove(event.key()) : objects.put(event.key(), event.object());
    seen.put(event.key().kind(), event.version());
    if (event.gone() || worthALook(before, event.object())) changed.run();
  }

  /** The holder renews its Lease every two seconds, and that changes nothing. */
  private static boolean worthALook(HasMetadata before, HasMetadata after) {
    return !(after instanceof Lease lease)
        || !(before instanceof Lease old)
        || !lease.getSpec().equals(old.getSpec())
        || !lease.getMetadata().getAnnotations().equals(old.getMetadata().getAnnotations());
  }
}
