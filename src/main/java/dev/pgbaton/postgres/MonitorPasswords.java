package dev.pgbaton.postgres;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The passwords of {@code pgbaton} in each cluster: read once, and again only after PostgreSQL
 * refused one.
 */
public final class MonitorPasswords {
  /** A cluster that refuses the right password must not make us read it for ever. */
  private static final Duration BETWEEN_READS = Duration.ofSeconds(20);

  private final Map<ClusterId, Known> known = new ConcurrentHashMap<>();
  private final Function<ClusterLayout, Optional<String>> read;

  private record Known(String value, long readAt, boolean refused) {
    boolean maybeReadAgain() {
      return refused && System.nanoTime() - readAt > BETWEEN_READS.toNanos();
    }

    @Override
    public String toString() {
      return "***";
    }
  }

  /**
   * @param read from where the passwords lie; may take a request
   */
  public MonitorPasswords(Function<ClusterLayout, Optional<String>> read) {
    this.read = read;
  }

  Optional<String> of(ClusterLayout layout) {
    var old = known.get(layout.id());
    if (old != null && !old.maybeReadAgain()) return Optional.of(old.value());
    var value = read.apply(layout);
    value.ifPresent(v -> known.put(layout.id(), new Known(v, System.nanoTime(), false)));
    return value.or(() -> Optional.ofNullable(old).map(Known::value));
  }

  void refused(ClusterLayout layout) {
    known.computeIfPresent(layout.id(), (_, k) -> new Known(k.value(), k.readAt(), true));
  }
}
