package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.instance.LeaseState;
import dev.pgbaton.instance.PrimaryLease.Written;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.Optional;
import java.util.function.Consumer;

/** The API server, for programs that run for real in the pods, on threads of their own. */
public final class PodApi {
  private final Object turn;
  private final ObjectStore store;

  PodApi(Object turn, ObjectStore store) {
    this.turn = turn;
    this.store = store;
  }

  public <T extends HasMetadata> Optional<T> find(ObjectKey key, Class<T> type) {
    synchronized (turn) {
      return store.find(key, type);
    }
  }

  public Optional<LeaseState> lease(ObjectKey key) {
    return find(key, Lease.class).map(LeaseCodec::read);
  }

  /** Replaces the version that {@code next} names, or nothing. */
  public Written write(ObjectKey key, LeaseState next) {
    synchronized (turn) {
      return store
          .find(key, Lease.class)
          .filter(l -> l.getMetadata().getResourceVersion().equals(next.version()))
          .<Written>map(
              l -> new Written.Done(LeaseCodec.read(store.replace(LeaseCodec.write(l, next)))))
          .orElseGet(Written.Conflict::new);
    }
  }

  /**
   * @param changed told at once, and must not wait
   * @return what ends it
   */
  public Runnable watch(ObjectKey key, Consumer<Optional<HasMetadata>> changed) {
    Consumer<ObjectStore.Event> watcher =
        event -> {
          if (event.key().equals(key))
            changed.accept(event.gone() ? Optional.empty() : Optional.of(event.object()));
        };
    synchronized (turn) {
      store.watch(watcher);
    }
    return () -> {
      synchronized (turn) {
        store.unwatch(watcher);
      }
    };
  }
}
