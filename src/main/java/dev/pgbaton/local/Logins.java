package dev.pgbaton.local;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.postgres.Credentials;
import dev.pgbaton.postgres.Password;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Each cluster's passwords: they live no longer than the sandbox. */
final class Logins {
  private final Map<ClusterId, Credentials> known = new ConcurrentHashMap<>();
  private final SecureRandom random = new SecureRandom();

  Credentials of(ClusterId cluster) {
    return known.computeIfAbsent(cluster, _ -> new Credentials(password(), password(), password()));
  }

  private Password password() {
    var bytes = new byte[12];
    random.nextBytes(bytes);
    return new Password(HexFormat.of().formatHex(bytes));
  }
}
