package dev.pgbaton.local;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.instance.LeaseState;
import dev.pgbaton.instance.PrimaryLease;
import dev.pgbaton.sandbox.PodApi;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.Optional;

/** The Lease in this process' API server: it always answers, and at once. */
final class LocalLease implements PrimaryLease, AutoCloseable {
  private final PodApi api;
  private final ObjectKey key;
  private final Runnable watching;

  LocalLease(PodApi api, ObjectKey key, Runnable changed) {
    this.api = api;
    this.key = key;
    this.watching = api.watch(key, _ -> changed.run());
  }

  @Override
  public Optional<LeaseState> latest() {
    return api.lease(key);
  }

  Optional<String> note(String name) {
    return api.find(key, Lease.class).flatMap(lease -> Annotations.of(lease, name));
  }

  @Override
  public Optional<Duration> readAt() {
    return Optional.of(Duration.ofNanos(System.nanoTime()));
  }

  @Override
  public Written write(LeaseState next) {
    return api.write(key, next);
  }

  @Override
  public void close() {
    watching.run();
  }
}
