package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.instance.LeaseState;
import dev.pgbaton.instance.PrimaryLease;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One instance's view of the Lease: watched, so a little late; and now and then the API server does
 * not answer it.
 */
final class SandboxLease implements PrimaryLease {
  private final Agenda agenda;
  private final Chance chance;
  private final ObjectStore store;
  private final ObjectKey key;
  private final InstanceApi api;
  private final Runnable changed;
  private final Consumer<ObjectStore.Event> watcher = this::happened;
  private final LocalClock clock;
  private LeaseState latest;
  private Optional<Duration> readAt = Optional.empty();
  private boolean closed;

  SandboxLease(
      Agenda agenda,
      Chance chance,
      ObjectStore store,
      ObjectKey key,
      InstanceApi api,
      LocalClock clock,
      Runnable changed) {
    this.agenda = agenda;
    this.chance = chance;
    this.store = store;
    this.key = key;
    this.api = api;
    this.clock = clock;
    this.changed = changed;
    store.watch(watcher);
    agenda.in(chance.between(10, 100), this::look);
  }

  void close() {
    closed = true;
    store.unwatch(watcher);
  }

  private void happened(ObjectStore.Event event) {
    if (event.key().equals(key)) agenda.in(chance.between(2, 25), this::look);
  }

  private void look() {
    if (closed) return;
    if (api.away()) {
      agenda.in(500, this::look);
      return;
    }
    store.find(key, Lease.class).map(LeaseCodec::read).ifPresent(this::take);
  }

  private void take(LeaseState state) {
    if (latest != null && Long.parseLong(latest.version()) >= Long.parseLong(state.version()))
      return;
    latest = state;
    changed.run();
  }

  @Override
  public Optional<LeaseState> latest() {
    return Optional.ofNullable(latest);
  }

  /** It is asked for where the watch is silent. */
  @Override
  public Optional<Duration> readAt() {
    if (latest != null && !api.away()) readAt = Optional.of(clock.now());
    return readAt;
  }

  @Override
  public Written write(LeaseState next) {
    if (api.away()) return new Written.Unknown("the API server does not answer");
    var live = store.find(key, Lease.class);
    if (live.isEmpty()
        || !live.get().getMetadata().getResourceVersion().equals(next.version())
        || api.nextConflicts()) return new Written.Conflict();
    if (api.nextIsSlow()) {
      agenda.in(chance.between(100, 15_000), () -> carryOut(next));
      return new Written.Unknown("the API server did not answer in time");
    }
    var written = LeaseCodec.read(store.replace(LeaseCodec.write(live.get(), next)));
    if (api.nextAnswerIsLost())
      return new Written.Unknown("the connection was lost before the answer came");
    latest = written;
    return new Written.Done(written);
  }

  /** Whatever has become of whoever asked for it. */
  private void carryOut(LeaseState next) {
    store
        .find(key, Lease.class)
        .filter(l -> l.getMetadata().getResourceVersion().equals(next.version()))
        .ifPresent(l -> store.replace(LeaseCodec.write(l, next)));
  }
}
