package dev.pgbaton.e2e;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/** Connections as an application makes them, with bounds on every wait. */
final class Databases {
  private Databases() {}

  /** As the superuser, by a port that every node has. */
  static PGSimpleDataSource atANode(KubernetesClient kubernetes, int port, String password) {
    return at(nodeAddress(kubernetes), port, "postgres", password);
  }

  static String nodeAddress(KubernetesClient kubernetes) {
    return kubernetes.nodes().list().getItems().stream()
        .flatMap(n -> n.getStatus().getAddresses().stream())
        .filter(a -> a.getType().equals("InternalIP"))
        .findFirst()
        .orElseThrow()
        .getAddress();
  }

  static PGSimpleDataSource at(String host, int port, String user, String password) {
    var database = new PGSimpleDataSource();
    database.setServerNames(new String[] {host});
    database.setPortNumbers(new int[] {port});
    database.setDatabaseName("postgres");
    database.setUser(user);
    database.setPassword(password);
    database.setSslMode("disable");
    database.setConnectTimeout(1);
    database.setLoginTimeout(3);
    database.setSocketTimeout(3);
    return database;
  }

  /** The first column of what a query gives. */
  static List<String> query(PGSimpleDataSource database, String sql) throws SQLException {
    try (var connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var values = new ArrayList<String>();
      while (rows.next()) values.add(rows.getString(1));
      return values;
    }
  }

  static void execute(PGSimpleDataSource database, String sql) throws SQLException {
    try (var connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** What a database said, in a line. */
  static String said(SQLException e) {
    return e.getSQLState() + " " + e.getMessage().lines().findFirst().orElse("");
  }

  /** Whatever state it is in, or if there is none. */
  static void close(Connection connection) {
    if (connection == null) return;
    try {
      connection.close();
    } catch (SQLException e) {
      // It was broken already.
    }
  }
}
