package dev.pgbaton.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.postgresql.ds.PGSimpleDataSource;

/** The program's own connection to the server beside it, opened anew after every error. */
final class LocalConnection {
  private static final int SECONDS = 2;
  private final Password superuser;
  private Connection open;

  LocalConnection(Password superuser) {
    this.superuser = superuser;
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
        return Optional.ofNullable(query.read(row));
      }
    } catch (SQLException e) {
      close();
      return Optional.empty();
    }
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
    var source = new PGSimpleDataSource();
    source.setServerNames(new String[] {"127.0.0.1"});
    source.setDatabaseName(database);
    source.setUser("postgres");
    source.setPassword(superuser.value());
    source.setApplicationName("pgbaton");
    source.setConnectTimeout(SECONDS);
    source.setSocketTimeout(socketTimeout);
    return source.getConnection();
  }
}
