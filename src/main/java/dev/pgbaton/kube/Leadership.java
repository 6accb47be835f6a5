package dev.pgbaton.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** One daemon works at a time: the holder of a Lease in pgbaton's own namespace. */
public final class Leadership implements AutoCloseable {
  private static final String LEASE = "pgbaton-daemon";

  /** The leader gives up well before anybody else may begin. */
  private static final Duration LASTS = Duration.ofSeconds(15);

  private static final Duration GIVES_UP_AFTER = Duration.ofSeconds(10);
  private static final Duration RENEWED_EVERY = Duration.ofSeconds(3);

  private final LeaderElector elector;
  private volatile CompletableFuture<?> campaign;
  private volatile boolean leading;

  /**
   * @param identity of this pod: a container that is started again in it goes on at once
   * @param lost told when somebody else may work from now on; nothing must be written afterwards
   */
  public Leadership(KubernetesClient client, String namespace, String identity, Runnable lost) {
    this.elector =
        client
            .leaderElector()
            .withConfig(
                new LeaderElectionConfig(
                    new SpokenLock(namespace, identity),
                    LASTS,
                    GIVES_UP_AFTER,
                    RENEWED_EVERY,
                    new LeaderCallbacks(
                        () -> leading = true,
                        () -> {
                          var was = leading;
                          leading = false;
                          if (was) lost.run();
                        },
                        _ -> {}),
                    true,
                    LEASE))
            .build();
  }

  public void start() {
    campaign = elector.start();
  }

  public boolean leading() {
    return leading;
  }

  @Override
  public void close() {
    leading = false;
    // The elector's way to stop: it releases the Lease, so that the next daemon need not wait until
    // it lapses.
    if (campaign != null) campaign.cancel(true);
  }

  /** Says in a line why it can't be had; the elector says it at each try, with its stack. */
  private static final class SpokenLock extends LeaseLock {
    private final Retry retry = new Retry("Lease " + LEASE, "can't be held");

    SpokenLock(String namespace, String identity) {
      super(namespace, LEASE, identity);
    }

    @Override
    public LeaderElectionRecord get(KubernetesClient client) {
      return said(() -> super.get(client));
    }

    @Override
    public void create(KubernetesClient client, LeaderElectionRecord record) {
      said(
          () -> {
            super.create(client, record);
            return record;
          });
    }

    @Override
    public void update(KubernetesClient client, LeaderElectionRecord record) {
      said(
          () -> {
            super.update(client, record);
            return record;
          });
    }

    private <T> T said(Supplier<T> what) {
      try {
        return what.get();
      } catch (KubernetesClientException e) {
        // Another daemon was quicker: no trouble.
        if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) retry.retryAfterException(true, e);
        throw e;
      }
    }
  }
}
