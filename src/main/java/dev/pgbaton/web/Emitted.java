package dev.pgbaton.web;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.report.EventSink;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The Events of this process, for the page: as they were emitted, whether or not Kubernetes took
 * them. To read them back would need a right that nothing else needs.
 */
@ApplicationScoped
public class Emitted {
  private static final int KEPT = 30;

  private final Map<ClusterId, Deque<Event>> last = new ConcurrentHashMap<>();

  /**
   * @param at when it was said last
   * @param times how often it was said
   */
  record Event(Instant at, boolean warning, String reason, String text, int times) {
    private boolean says(Event other) {
      return warning == other.warning && reason.equals(other.reason) && text.equals(other.text);
    }
  }

  /** Also remembers what goes on to it. */
  public EventSink before(EventSink sink) {
    return (layout, warning, reason, text) -> {
      remember(layout, new Event(Instant.now(), warning, reason, text, 1));
      sink.publish(layout, warning, reason, text);
    };
  }

  /** The newest first. */
  List<Event> of(ClusterId id) {
    var events = last.get(id);
    if (events == null) return List.of();
    synchronized (events) {
      return new ArrayList<>(events).reversed();
    }
  }

  private void remember(ClusterLayout layout, Event event) {
    var events = last.computeIfAbsent(layout.id(), _ -> new ArrayDeque<>());
    synchronized (events) {
      var before = events.stream().filter(event::says).findFirst();
      before.ifPresent(events::remove);
      var times = before.map(Event::times).orElse(0) + 1;
      events.addLast(new Event(event.at(), event.warning(), event.reason(), event.text(), times));
      if (events.size() > KEPT) events.removeFirst();
    }
  }
}
