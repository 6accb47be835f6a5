package dev.pgbaton.postgres;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Supplier;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The program's own connection to the server beside it, opened anew after every error: over the
 * socket, where the operating system says who it is. A password that somebody has changed by hand
 * doesn't lock it out.
 */
final class LocalConnection {
  private static final int SECONDS = 2;
  private static final String NOT_THE_USER = "28";
  private static final String CANNOT_CONNECT_NOW = "57P03";

  private final Supplier<Password> superuser;
  private final Path socket;
  private final String host;
  private Connection open;
  private String refusal = "";

  /**
   * @param sockets the directory that PostgreSQL has its socket in
   * @param host where it is reached otherwise
   */
  LocalConnection(Supplier<Password> superuser, Path sockets, String host) {
    this.host = host;
    this.superuser = superuser;
    this.socket = sockets.resolve(".s.PGSQL.5432");
  }

  interface Query<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Empty if the server doesn't answer in time. */
  <T> Optional<T> ask(String sql, Query<T> query) {
    try {
      if (open == null) open = connect("postgres", SECONDS);
      try (var statement = open.createStatement();
          var row = statement.executeQuery(sql)) {
        refusal = "";
        return Optional.ofNullable(query.read(row));
      }
    } catch (SQLException e) {
      refusal = e.getSQLState() == null ? "" : e.getSQLState();
      close();
      return Optional.empty();
    }
  }

  /** Whether the last answer was that it can't be connected to yet: it is not silent then. */
  boolean recovers() {
    return refusal.equals(CANNOT_CONNECT_NOW);
  }

  void close() {
    if (open == null) return;
    try {
      open.close();
    } catch (SQLException e) {
      // it is gone anyway
    }
    open = null;
  }

  Connection connect(String database, int socketTimeout) throws SQLException {
    try {
      return source(database, socketTimeout, true).getConnection();
    } catch (SQLException e) {
      // A container that runs as another user than the image's is not the one that the socket lets
      // in. In quarkus:dev the driver is of another class loader, and knows no factory of ours.
      var refused = e.getSQLState() != null && e.getSQLState().startsWith(NOT_THE_USER);
      if (!refused && !(e.getCause() instanceof ClassNotFoundException)) throw e;
      return source(database, socketTimeout, false).getConnection();
    }
  }

  private PGSimpleDataSource source(String database, int socketTimeout, boolean overSocket) {
    var source = new PGSimpleDataSource();
    source.setServerNames(new String[] {host});
    source.setDatabaseName(database);
    source.setUser("postgres");
    source.setPassword(superuser.get().value());
    source.setApplicationName("pgbaton");
    source.setConnectTimeout(SECONDS);
    source.setSocketTimeout(socketTimeout);
    if (overSocket) {
      source.setSocketFactory(UnixSocketFactory.class.getName());
      source.setSocketFactoryArg(socket.toString());
      // Neither is of use on a socket, and the second one can't be asked for there.
      source.setSslMode("disable");
      source.setGssEncMode("disable");
    }
    return source;
  }
}
