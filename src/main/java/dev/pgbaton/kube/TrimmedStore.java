package dev.pgbaton.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** An informer's store that trims what comes in, before anybody sees it. */
final class TrimmedStore<T extends HasMetadata> implements ItemStore<T> {
  private final Map<String, T> items = new ConcurrentHashMap<>();
  private final Function<T, String> key;

  TrimmedStore(Function<T, String> key) {
    this.key = key;
  }

  @Override
  public String getKey(T object) {
    return key.apply(object);
  }

  @Override
  public T put(String key, T object) {
    return items.put(key, Trim.inPlace(object));
  }

  @Override
  public T remove(String key) {
    return items.remove(key);
  }

  @Override
  public Stream<String> keySet() {
    return items.keySet().stream();
  }

  @Override
  public Stream<T> values() {
    return items.values().stream();
  }

  @Override
  public int size() {
    return items.size();
  }

  @Override
  public T get(String key) {
    return items.get(key);
  }
}
