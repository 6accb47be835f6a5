package dev.pgbaton.kube;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.instance.LeaseNotes;
import dev.pgbaton.instance.LeaseState;
import dev.pgbaton.instance.PrimaryLease;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The Lease by watching it, and by asking for it where a watch has been silent for longer than a
 * holder is.
 */
public final class KubePrimaryLease implements PrimaryLease, AutoCloseable {
  private static final Duration SILENCE = Duration.ofSeconds(3);
  private static final Duration DEAF = Duration.ofSeconds(1);

  private final KubernetesClient client;
  private final Resource<Lease> resource;
  private final Runnable changed;
  private final Consumer<String> log;
  private final Semaphore closed = new Semaphore(0);
  private Lease newest;
  private long newestAt = System.nanoTime();

  /** The newest version that the watch has told of. */
  private long told;

  private long heardAt = System.nanoTime();
  private boolean gone;
  private volatile Watch watch;

  /**
   * @param changed called from any thread when somebody wrote it
   */
  public KubePrimaryLease(
      KubernetesClient client,
      String namespace,
      String name,
      Runnable changed,
      Consumer<String> log) {
    this.client = client;
    this.resource = client.resources(Lease.class).inNamespace(namespace).withName(name);
    this.changed = changed;
    this.log = log;
    Thread.ofPlatform().name("lease").daemon().start(this::keepWatching);
  }

  @Override
  public synchronized Optional<LeaseState> latest() {
    return Optional.ofNullable(newest).map(KubePrimaryLease::state);
  }

  /** What the daemon wrote on it that is nobody's to decide by. */
  public synchronized Optional<String> note(String name) {
    return Optional.ofNullable(newest).map(lease -> notes(lease).get(name));
  }

  @Override
  public synchronized Optional<Duration> readAt() {
    return Optional.ofNullable(newest).map(_ -> Duration.ofNanos(heardAt));
  }

  @Override
  public Written write(LeaseState next) {
    Lease replaced;
    synchronized (this) {
      if (newest == null) return new Written.Unknown("there is no Lease");
      if (!newest.getMetadata().getResourceVersion().equals(next.version()))
        return new Written.Conflict();
      replaced = newest;
    }
    try {
      var written =
          client.resource(lease(replaced, next)).lockResourceVersion(next.version()).update();
      heard(written);
      return new Written.Done(state(written));
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT && readAgain())
        return new Written.Conflict();
      log.accept("the Lease can't be written: " + e.getMessage());
      return new Written.Unknown(e.getMessage());
    }
  }

  /** All that a write takes, but for its effect: what is needed for it is loaded and open then. */
  public void rehearse() {
    Lease known;
    synchronized (this) {
      known = newest;
    }
    if (known == null) return;
    try {
      client.resource(lease(known, state(known))).dryRun(true).update();
    } catch (KubernetesClientException e) {
      // It was written meanwhile, or can't be: the next real write will say so.
    }
  }

  private boolean readAgain() {
    try {
      var read = resource.get();
      if (read == null) forget();
      else heard(read);
      return read != null;
    } catch (KubernetesClientException e) {
      return false;
    }
  }

  /** Versions only ever go up: what a watch tells late is not taken for news. */
  private void heard(Lease lease) {
    synchronized (this) {
      heardAt = System.nanoTime();
      gone = false;
      var same =
          newest != null
              && newest.getMetadata().getUid().equals(lease.getMetadata().getUid())
              && version(lease) <= version(newest);
      if (same) return;
      newest = lease;
      newestAt = System.nanoTime();
    }
    changed.run();
  }

  private synchronized void told(Lease lease) {
    told = Math.max(told, version(lease));
  }

  private synchronized void forget() {
    heardAt = System.nanoTime();
    if (!gone) log.accept("there is no Lease");
    gone = true;
    newest = null;
  }

  private static long version(Lease lease) {
    return Long.parseLong(lease.getMetadata().getResourceVersion());
  }

  private void keepWatching() {
    try {
      while (true) {
        if (watch == null) openWatch();
        if (closed.tryAcquire(250, TimeUnit.MILLISECONDS)) {
          closed.drainPermits();
          // Not to spin where every watch ends at once.
          Thread.sleep(20);
        }
        if (silent() && !readAgain() || deaf()) closeWatch();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A watch that does not tell of what was read or written here is dead, though nobody said so. */
  private synchronized boolean deaf() {
    return watch != null
        && newest != null
        && version(newest) > told
        && System.nanoTime() - newestAt > DEAF.toNanos();
  }

  private synchronized boolean silent() {
    return System.nanoTime() - heardAt > SILENCE.toNanos();
  }

  private void openWatch() {
    if (!readAgain()) return;
    synchronized (this) {
      // What it begins with is what was just read.
      told = newest == null ? 0 : version(newest);
    }
    try {
      watch =
          resource.watch(
              new Watcher<Lease>() {
                @Override
                public void eventReceived(Action action, Lease lease) {
                  switch (action) {
                    case ADDED, MODIFIED -> {
                      told(lease);
                      heard(lease);
                    }
                    case DELETED -> forget();
                    case ERROR, BOOKMARK -> {}
                  }
                }

                @Override
                public void onClose(WatcherException cause) {
                  watch = null;
                  closed.release();
                }
              });
    } catch (KubernetesClientException e) {
      log.accept("the Lease can't be watched: " + e.getMessage());
    }
  }

  private void closeWatch() {
    var open = watch;
    watch = null;
    if (open != null) open.close();
  }

  @Override
  public void close() {
    closeWatch();
  }

  private static LeaseState state(Lease lease) {
    var spec = Optional.ofNullable(lease.getSpec());
    return LeaseNotes.read(
        lease.getMetadata().getResourceVersion(),
        spec.map(s -> s.getHolderIdentity()).filter(holder -> !holder.isEmpty()),
        spec.map(s -> s.getLeaseTransitions()).orElse(0),
        spec.map(s -> s.getLeaseDurationSeconds()).map(Duration::ofSeconds).orElse(Duration.ZERO),
        notes(lease));
  }

  private static Map<String, String> notes(Lease lease) {
    return Annotations.all(lease);
  }

  private static Lease lease(Lease replaced, LeaseState next) {
    var now = ZonedDateTime.now(ZoneOffset.UTC);
    var former = replaced.getSpec() == null ? null : replaced.getSpec().getHolderIdentity();
    var acquired =
        next.holder().isPresent() && !next.holder().get().equals(former)
            ? now
            : replaced.getSpec() == null ? null : replaced.getSpec().getAcquireTime();
    return new LeaseBuilder(replaced)
        .editMetadata()
        .withAnnotations(LeaseNotes.write(notes(replaced), next))
        .withResourceVersion(next.version())
        .endMetadata()
        .withNewSpec()
        .withHolderIdentity(next.holder().orElse(null))
        .withLeaseTransitions(next.epoch())
        .withLeaseDurationSeconds(seconds(next))
        .withAcquireTime(acquired)
        .withRenewTime(now)
        .endSpec()
        .build();
  }

  /** For other programs to read, and for our own that go by other times. */
  private static Integer seconds(LeaseState next) {
    return next.lapsesAfter().isZero() ? null : (int) next.lapsesAfter().toSeconds();
  }
}
