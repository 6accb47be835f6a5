package dev.pgbaton.postgres;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * repmgr's metadata, so that {@code repmgr cluster show} tells the truth: the primary is below
 * nobody, all others below it.
 */
final class RepmgrNodes {
  /** Counted from a thousand, as people know it. */
  static final int FIRST_NODE = 1000;

  private final LocalConnection local;
  private final ServerConfiguration configuration;
  private final String name;

  RepmgrNodes(LocalConnection local, ServerConfiguration configuration, String name) {
    this.local = local;
    this.configuration = configuration;
    this.name = name;
  }

  /** {@code repmgr service pause} outlives every restart: paused, nothing is ever proposed. */
  Optional<String> unpause() throws SQLException {
    try (var connection = local.connect("repmgr", 10);
        var statement = connection.createStatement()) {
      try (var row = statement.executeQuery("SELECT repmgr.repmgrd_is_paused()")) {
        if (!row.next() || !row.getBoolean(1)) return Optional.empty();
      }
      statement.execute("SELECT repmgr.repmgrd_pause(false)");
      return Optional.of("repmgrd was paused; it watches again");
    }
  }

  /** Where this instance is the primary. */
  Optional<String> mend(List<String> members) throws SQLException {
    var wrong = differences(members);
    if (wrong.isEmpty()) return Optional.empty();
    write(local, configuration, members, name);
    return Optional.of("repmgr's metadata was wrong and is mended: " + String.join("; ", wrong));
  }

  private List<String> differences(List<String> members) throws SQLException {
    var expected = new TreeMap<Integer, String>();
    for (var member : members) expected.put(id(members, member), row(members, member));
    var found = new TreeMap<Integer, String>();
    try (var connection = local.connect("repmgr", 10);
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT node_id, node_name, type, coalesce(upstream_node_id, 0), active, conninfo"
                    + " FROM repmgr.nodes")) {
      while (rows.next())
        found.put(
            rows.getInt(1),
            text(
                rows.getString(2),
                rows.getString(3),
                rows.getInt(4),
                rows.getBoolean(5),
                rows.getString(6)));
    }
    var wrong = new ArrayList<String>();
    expected.forEach(
        (id, row) -> {
          var is = found.remove(id);
          if (is == null) wrong.add("node %d is missing".formatted(id));
          else if (!is.equals(row)) wrong.add("node %d is %s".formatted(id, is));
        });
    found.forEach((id, is) -> wrong.add("node %d, %s, is not the cluster's".formatted(id, is)));
    return wrong;
  }

  private String row(List<String> members, String member) {
    var primary = member.equals(name);
    return text(
        member,
        primary ? "primary" : "standby",
        primary ? 0 : id(members, name),
        true,
        conninfo(configuration, member));
  }

  private static String text(
      String node, String type, int upstream, boolean active, String conninfo) {
    return "%s (%s%s%s, %s)"
        .formatted(
            node,
            type,
            upstream == 0 ? "" : " of node " + upstream,
            active ? "" : ", not active",
            conninfo);
  }

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
            "DELETE FROM repmgr.nodes WHERE node_id NOT BETWEEN "
                + FIRST_NODE
                + " AND "
                + (FIRST_NODE + members.size() - 1));
      }
      var upsert =
          """
          INSERT INTO repmgr.nodes (node_id, upstream_node_id, active, node_name, type, conninfo, repluser, config_file)
          VALUES (?, ?, true, ?, ?, ?, ?, ?)
          ON CONFLICT (node_id) DO UPDATE SET upstream_node_id = excluded.upstream_node_id, active = true,
            node_name = excluded.node_name, type = excluded.type, conninfo = excluded.conninfo,
            repluser = excluded.repluser, config_file = excluded.config_file
          """;
      try (var row = connection.prepareStatement(upsert)) {
        for (var member : members) {
          row.setInt(1, id(members, member));
          if (member.equals(primary)) row.setNull(2, java.sql.Types.INTEGER);
          else row.setInt(2, id(members, primary));
          row.setString(3, member);
          row.setString(4, member.equals(primary) ? "primary" : "standby");
          row.setString(5, conninfo(configuration, member));
          row.setString(6, configuration.login());
          row.setString(7, configuration.ofRepmgr().toString());
          row.addBatch();
        }
        row.executeBatch();
      }
      connection.commit();
    }
  }

  static String conninfo(ServerConfiguration configuration, String member) {
    return "host=%s port=5432 user=%s dbname=repmgr connect_timeout=2 passfile=%s"
            .formatted(configuration.host(member), configuration.login(), configuration.passwords())
        + configuration.client().words();
  }
}
