package dev.pgbaton.desired;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * What a pure function gave for two objects that nobody changes, as long as both of them live: the
 * caches replace what changes, so at rest nothing is compared twice. By identity: comparing
 * Kubernetes' objects costs as much as the work.
 */
public final class Remembered<A, B, R> {
  private final BiFunction<A, B, R> function;
  private final Map<Pair, R> known = new ConcurrentHashMap<>();
  private final ReferenceQueue<Object> gone = new ReferenceQueue<>();

  public Remembered(BiFunction<A, B, R> function) {
    this.function = function;
  }

  public R of(A one, B other) {
    for (var pair = gone.poll(); pair != null; pair = gone.poll()) {
      if (pair instanceof Half half) known.remove(half.pair);
    }
    // Not computeIfAbsent: the function may come back here for other objects.
    var result = known.get(new Pair(one, other, null));
    if (result == null) {
      result = function.apply(one, other);
      known.put(new Pair(one, other, gone), result);
    }
    return result;
  }

  private static final class Half extends WeakReference<Object> {
    Pair pair;

    Half(Object object, ReferenceQueue<Object> gone) {
      super(object, gone);
    }
  }

  private static final class Pair {
    final Half one;
    final Half other;
    final int hash;

    Pair(Object one, Object other, ReferenceQueue<Object> gone) {
      this.one = new Half(one, gone);
      this.other = new Half(other, gone);
      this.one.pair = this;
      this.other.pair = this;
      this.hash = 31 * System.identityHashCode(one) + System.identityHashCode(other);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object object) {
      return this == object
          || object instanceof Pair pair
              && one.get() != null
              && one.get() == pair.one.get()
              && other.get() != null
              && other.get() == pair.other.get();
    }
  }
}
