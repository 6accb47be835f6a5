package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What the API server holds. An object in it is never changed, only replaced. Who watches is told
 * at once; how late that arrives is the watcher's affair.
 */
final class ObjectStore {
  private final Agenda agenda;
  private final Map<ObjectKey, HasMetadata> objects = new LinkedHashMap<>();
  private final List<Consumer<Event>> watchers = new ArrayList<>();
  private long version = 1000;
  private long uids;

  ObjectStore(Agenda agenda) {
    this.agenda = agenda;
  }

  /**
   * @param object as it is now; as it was last if it is gone
   * @param version of this event: what is watched of one kind comes in this order
   */
  record Event(ObjectKey key, HasMetadata object, boolean gone, long version) {}

  static ObjectKey key(HasMetadata object) {
    return new ObjectKey(
        object.getKind(), object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  void watch(Consumer<Event> watcher) {
    watchers.add(watcher);
  }

  void unwatch(Consumer<Event> watcher) {
    watchers.remove(watcher);
  }

  long version() {
    return version;
  }

  Map<ObjectKey, HasMetadata> all() {
    return objects;
  }

  Optional<HasMetadata> find(ObjectKey key) {
    return Optional.ofNullable(objects.get(key));
  }

  <T extends HasMetadata> Optional<T> find(ObjectKey key, Class<T> type) {
    return find(key).map(type::cast);
  }

  /** In the order in which they were made. */
  <T extends HasMetadata> List<T> list(Class<T> type) {
    return objects.values().stream().filter(type::isInstance).map(type::cast).toList();
  }

  /**
   * @param object belongs to the store from now on
   */
  <T extends HasMetadata> T create(T object) {
    var key = key(object);
    if (objects.containsKey(key)) throw new IllegalStateException(key + " is there already");
    var meta = meta(object);
    meta.setUid("%s-%d".formatted(object.getMetadata().getName(), ++uids));
    meta.setCreationTimestamp(agenda.now().toString());
    meta.setGeneration(1L);
    object.setMetadata(meta);
    return stored(key, object);
  }

  /**
   * @param object a new one, that belongs to the store from now on
   */
  <T extends HasMetadata> T replace(T object) {
    object.setMetadata(meta(object));
    return stored(key(object), object);
  }

  /** Does nothing if the object is gone. */
  <T extends HasMetadata> void update(ObjectKey key, Class<T> type, UnaryOperator<T> change) {
    find(key, type).map(change).ifPresent(this::replace);
  }

  void remove(ObjectKey key) {
    var object = objects.remove(key);
    if (object == null) return;
    version++;
    tell(new Event(key, object, true, version));
  }

  private <T extends HasMetadata> T stored(ObjectKey key, T object) {
    object.getMetadata().setResourceVersion(Long.toString(++version));
    objects.put(key, object);
    tell(new Event(key, object, false, version));
    return object;
  }

  private void tell(Event event) {
    // By index: a watcher may begin to watch more.
    for (int i = 0; i < watchers.size(); i++) watchers.get(i).accept(event);
  }

  private static ObjectMeta meta(HasMetadata object) {
    return object.getMetadata().edit().build();
  }
}
