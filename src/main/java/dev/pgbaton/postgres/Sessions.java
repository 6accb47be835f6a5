package dev.pgbaton.postgres;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Login;
import dev.pgbaton.cluster.Names;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import org.postgresql.ds.PGSimpleDataSource;

/** Connections of the daemon: by its own role, or as the superuser of others' images. */
final class Sessions {
  /** Wrong password, or none that fits. */
  private static final Set<String> REFUSED = Set.of("28P01", "28000");

  private final MonitorLogins logins;

  Sessions(MonitorLogins logins) {
    this.logins = logins;
  }

  /**
   * @param seconds for the connection, and for each answer on it
   */
  Connection open(ClusterLayout layout, String host, int port, int seconds, String options)
      throws SQLException {
    var login =
        logins
            .of(layout)
            .orElseThrow(
                () ->
                    new SQLException(
                        "the Secret %s has no %s"
                            .formatted(layout.credentialsSecret(), Names.MONITOR_PASSWORD)));
    var source = new PGSimpleDataSource();
    source.setServerNames(new String[] {host});
    source.setPortNumbers(new int[] {port});
    source.setDatabaseName("postgres");
    source.setUser(login.role());
    source.setPassword(login.password());
    source.setApplicationName("pgbaton");
    source.setConnectTimeout(seconds);
    source.setSocketTimeout(seconds);
    source.setTcpKeepAlive(true);
    // Without it each new connection costs one more round trip.
    source.setAssumeMinServerVersion("14");
    source.setOptions(options);
    try {
      return source.getConnection();
    } catch (SQLException e) {
      if (REFUSED.contains(e.getSQLState())) logins.refused(layout);
      throw e;
    }
  }

  /** As whom a connection is to be open now; one that is another's has had its time. */
  Optional<String> role(ClusterLayout layout) {
    return logins.of(layout).map(Login::role);
  }

  /** For a person: the first line, since the rest is a dump for programmers. */
  static String words(SQLException e) {
    var message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.lines().findFirst().orElse(message);
  }

  static void close(Connection connection) {
    if (connection == null) return;
    try {
      connection.close();
    } catch (SQLException _) {
      // It is gone either way.
    }
  }
}
