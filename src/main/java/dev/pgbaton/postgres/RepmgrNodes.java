package dev.pgbaton.postgres;

import java.sql.SQLException;
import java.util.List;

/**
 * repmgr's metadata, so that {@code repmgr cluster show} tells the truth: the primary is below
 * nobody, all others below it.
 */
final class RepmgrNodes {
  /** Counted from a thousand, as people know it. */
  static final int FIRST_NODE = 1000;

  private RepmgrNodes() {}

  static int id(List<String> members, String name) {
    return FIRST_NODE + members.indexOf(name);
  }

  static void write(
      LocalConnection local,
      ServerConfiguration configuration,
      List<String> members,
      String primary)
      throws SQLException {
    try (var connection = local.connect("repmgr", 10)) {
      connection.setAutoCommit(false);
      try (var statement = connection.createStatement()) {
        // Right after a promotion no standby confirms anything yet.
        statement.execute("SET synchronous_commit = local");
        statement.execute("SET CONSTRAINTS ALL DEFERRED");
        statement.execute("UPDATE repmgr.nodes SET upstream_node_id = NULL");
        statement.execute(
            "DELETE FROM repmgr.nodes WHERE node_id >= " + (FIRST_NODE + members.size()));
      }
      var upsert =
          """
          INSERT INTO repmgr.nodes (node_id, upstream_node_id, active, node_name, type, conninfo, repluser, config_file)
          VALUES (?, ?, true, ?, ?, ?, 'repmgr', '/run/pgbaton/repmgr.conf')
          ON CONFLICT (node_id) DO UPDATE SET upstream_node_id = excluded.upstream_node_id, active = true,
            node_name = excluded.node_name, type = excluded.type, conninfo = excluded.conninfo,
            config_file = excluded.config_file
          """;
      try (var row = connection.prepareStatement(upsert)) {
        for (var member : members) {
          row.setInt(1, id(members, member));
          if (member.equals(primary)) row.setNull(2, java.sql.Types.INTEGER);
          else row.setInt(2, id(members, primary));
          row.setString(3, member);
          row.setString(4, member.equals(primary) ? "primary" : "standby");
          row.setString(5, conninfo(configuration, member));
          row.addBatch();
        }
        row.executeBatch();
      }
      connection.commit();
    }
  }

  static String conninfo(ServerConfiguration configuration, String member) {
    return "host=%s port=5432 user=repmgr dbname=repmgr connect_timeout=2 passfile=/run/pgbaton/pgpass"
        .formatted(configuration.host(member));
  }
}
