package dev.pgbaton.kube;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.report.EventSink;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Events on the StatefulSet, from a thread of their own: none of them may delay a decision. What is
 * said again is counted, and not said more than once a minute.
 */
final class KubeEventSink implements EventSink, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(KubeEventSink.class);
  private static final int WAITING = 200;
  private static final int REMEMBERED = 1_000;
  private static final int LONGEST_MESSAGE = 1_024;
  private static final Duration BETWEEN_REPEATS = Duration.ofMinutes(1);

  private final KubernetesClient client;
  private final Function<ClusterLayout, Optional<HasMetadata>> statefulSet;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING),
          Thread.ofPlatform().daemon().name("events").factory(),
          new ThreadPoolExecutor.DiscardOldestPolicy());

  private final Map<String, Instant> said =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > REMEMBERED;
        }
      };

  KubeEventSink(
      KubernetesClient client, Function<ClusterLayout, Optional<HasMetadata>> statefulSet) {
    this.client = client;
    this.statefulSet = statefulSet;
  }

  @Override
  public void publish(ClusterLayout layout, boolean warning, String reason, String text) {
    var now = Instant.now();
    var event = event(layout, warning, reason, text, now);
    if (!saidNow(event.getMetadata().getNamespace() + "/" + event.getMetadata().getName(), now))
      return;
    thread.execute(() -> send(event));
  }

  private synchronized boolean saidNow(String key, Instant now) {
    var before = said.get(key);
    if (before != null && before.plus(BETWEEN_REPEATS).isAfter(now)) return false;
    said.remove(key);
    said.put(key, now);
    return true;
  }

  private Event event(
      ClusterLayout layout, boolean warning, String reason, String text, Instant now) {
    var time = now.truncatedTo(ChronoUnit.SECONDS).toString();
    var set = statefulSet.apply(layout).map(HasMetadata::getMetadata);
    var uid = set.map(m -> m.getUid()).orElse("");
    // The same words on the same StatefulSet are the same Event, also after a restart.
    var name = layout.statefulSet() + "." + hash(uid + warning + reason + text);
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(layout.id().namespace())
        .withName(name)
        .addToLabels(Names.CLUSTER_LABEL, layout.id().name())
        .endMetadata()
        .withNewInvolvedObject()
        .withApiVersion("apps/v1")
        .withKind("StatefulSet")
        .withNamespace(layout.id().namespace())
        .withName(layout.statefulSet())
        .withUid(uid)
        .endInvolvedObject()
        .withType(warning ? "Warning" : "Normal")
        .withReason(reason)
        .withMessage(
            text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE - 1) + "…")
        .withNewSource()
        .withComponent(Names.MANAGER)
        .endSource()
        .withReportingComponent(Names.DOMAIN + "/" + Names.MANAGER)
        .withFirstTimestamp(time)
        .withLastTimestamp(time)
        .withCount(1)
        .build();
  }

  private void send(Event event) {
    try {
      client.resource(event).create();
    } catch (KubernetesClientException e) {
      if (ApiError.alreadyExists(e)) count(event);
      else LOG.debugf("an Event was lost: %s", ApiError.words(e));
    }
  }

  private void count(Event event) {
    try {
      var before = client.resource(event).get();
      if (before == null) return;
      var count = before.getCount() == null ? 1 : before.getCount();
      before.setCount(count + 1);
      before.setLastTimestamp(event.getLastTimestamp());
      client.resource(before).update();
    } catch (KubernetesClientException e) {
      LOG.debugf("an Event was lost: %s", ApiError.words(e));
    }
  }

  private static String hash(String text) {
    try {
      var digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      // What was decided last shall still be said.
      if (!thread.awaitTermination(2, TimeUnit.SECONDS)) thread.shutdownNow();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      thread.shutdownNow();
    }
  }
}
