package dev.pgbaton.kube;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.Sha256;
import dev.pgbaton.report.EventSink;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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

  /** How often an Event was said, and when last; those said longest ago are forgotten. */
  private record Said(int times, Instant last) {}

  private final Map<String, Said> said =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Said> eldest) {
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
    var times = times(event, now);
    if (times > 0) thread.execute(() -> send(event, times));
  }

  /** How often it was said with this time; 0 if it was said just now. */
  private synchronized int times(Event event, Instant now) {
    var key = event.getMetadata().getNamespace() + "/" + event.getMetadata().getName();
    var before = said.getOrDefault(key, new Said(0, Instant.MIN));
    if (before.times() > 0 && before.last().plus(BETWEEN_REPEATS).isAfter(now)) return 0;
    said.remove(key);
    said.put(key, new Said(before.times() + 1, now));
    return before.times() + 1;
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

  private void send(Event event, int times) {
    try {
      if (times == 1 || !counted(event, times)) client.resource(event).create();
    } catch (KubernetesClientException e) {
      // Said by the process before this one: how often is not known here, and asking costs a right.
      if (!ApiError.alreadyExists(e) || !counted(event, 2))
        LOG.debugf("an Event was lost: %s", ApiError.words(e));
    }
  }

  /**
   * @return false if there is none to count: Events last an hour
   */
  private boolean counted(Event event, int times) {
    try {
      client
          .resource(event)
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              "{\"count\": %d, \"lastTimestamp\": \"%s\"}"
                  .formatted(times, event.getLastTimestamp()));
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404) LOG.debugf("an Event was lost: %s", ApiError.words(e));
      return e.getCode() != 404;
    }
  }

  private static String hash(String text) {
    return Sha256.hex(text, 16);
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
