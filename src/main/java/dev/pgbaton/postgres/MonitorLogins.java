package dev.pgbaton.postgres;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Login;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * As whom the daemon logs in to each cluster: read once, and again only once it is another login's
 * turn, or after PostgreSQL refused one.
 */
public final class MonitorLogins {
  /** A cluster that refuses the right password must not make us read it for ever. */
  private static final Duration BETWEEN_READS = Duration.ofSeconds(20);

  private final Map<ClusterId, Known> known = new ConcurrentHashMap<>();
  private final Function<ClusterLayout, Optional<Login>> read;
  private final Function<ClusterLayout, String> turn;

  private record Known(Login login, String turn, long readAt, boolean refused) {
    boolean maybeReadAgain() {
      return refused && System.nanoTime() - readAt > BETWEEN_READS.toNanos();
    }
  }

  /**
   * @param read from where the passwords lie; may take a request
   * @param turn changes with the login; takes none
   */
  public MonitorLogins(
      Function<ClusterLayout, Optional<Login>> read, Function<ClusterLayout, String> turn) {
    this.read = read;
    this.turn = turn;
  }

  Optional<Login> of(ClusterLayout layout) {
    var old = known.get(layout.id());
    var now = turn.apply(layout);
    if (old != null && old.turn().equals(now) && !old.maybeReadAgain())
      return Optional.of(old.login());
    var login = read.apply(layout);
    login.ifPresent(l -> known.put(layout.id(), new Known(l, now, System.nanoTime(), false)));
    return login.or(() -> Optional.ofNullable(old).map(Known::login));
  }

  void refused(ClusterLayout layout) {
    known.computeIfPresent(layout.id(), (_, k) -> new Known(k.login(), k.turn(), k.readAt(), true));
  }
}
