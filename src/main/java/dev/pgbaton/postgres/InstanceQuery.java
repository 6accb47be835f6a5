package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.InstanceProbe.Collation;
import dev.pgbaton.observed.InstanceProbe.Setting;
import dev.pgbaton.observed.InstanceProbe.Standby;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What one instance is asked: everything in one round trip, its configuration files in another. */
final class InstanceQuery {
  /**
   * A standby's timeline is the newest that it streams, replays up to or started from; a primary's
   * control file lags behind its promotion.
   */
  private static final String STATE =
      """
      SELECT r.recovering,
             CASE WHEN r.recovering
                  THEN greatest(w.received_tli, m.min_recovery_end_timeline, c.timeline_id)
                  ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END,
             CASE WHEN r.recovering
                  THEN coalesce(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0')
                  ELSE pg_current_wal_flush_lsn() END::text
      FROM (SELECT pg_is_in_recovery() AS recovering) r
      CROSS JOIN pg_control_checkpoint() c CROSS JOIN pg_control_recovery() m
      LEFT JOIN pg_stat_wal_receiver w ON true;
      """;

  /** A standby that reconnects may have two rows for a moment: the streaming one comes last. */
  private static final String STANDBYS =
      """
      SELECT application_name, state = 'streaming', sync_state IN ('sync', 'quorum'),
             greatest(0, coalesce(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery()
               THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END, replay_lsn),
               9223372036854775807))::bigint
      FROM pg_stat_replication WHERE application_name IS NOT NULL ORDER BY state = 'streaming';
      """;

  /** Those of our own are not in pg_settings, and an instance tells them all. */
  private static final String SETTINGS =
      """
      SELECT name, setting, coalesce(unit, ''), pending_restart FROM pg_settings WHERE name = ANY (?)
      UNION ALL SELECT name, coalesce(current_setting(name, true), ''), '', false
      FROM unnest(ARRAY['%1$s', '%2$s', '%3$s', '%4$s']) name WHERE '%1$s' = ANY (?)
      """
          .formatted(
              Names.ACCESS_SETTING,
              Names.REPLICATION_SETTING,
              Names.CLIENT_CERTIFICATE_SETTING,
              Names.SUPERUSER_SETTING);

  /** What only waits for a restart is listed as an error too, and is none. */
  private static final String FILE_ERRORS =
      """
      SELECT coalesce(f.name || ' ', '') || '(line ' || f.sourceline || '): ' || f.error
      FROM pg_file_settings f LEFT JOIN pg_settings s ON s.name = f.name
      WHERE f.error IS NOT NULL AND NOT coalesce(s.pending_restart, false) ORDER BY f.seqno
      """;

  private static final String COLLATIONS =
      """
      SELECT datname, datcollversion, pg_database_collation_actual_version(oid) FROM pg_database
      WHERE datallowconn AND datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid)
      """;

  /** PostgreSQL knows of a database's collation since 15. */
  private static final Set<String> NOT_KNOWN_YET = Set.of("42703", "42883");

  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  private InstanceQuery() {}

  static Answer.Known ask(Connection connection, Set<String> settings) throws SQLException {
    try (PreparedStatement all = connection.prepareStatement(STATE + STANDBYS + SETTINGS)) {
      var names = connection.createArrayOf("text", settings.toArray());
      all.setArray(1, names);
      all.setArray(2, names);
      all.execute();
      Role role;
      int timeline;
      Lsn flushed;
      try (ResultSet row = all.getResultSet()) {
        if (!row.next()) throw new SQLException("no answer");
        role = row.getBoolean(1) ? Role.REPLICA : Role.PRIMARY;
        timeline = row.getInt(2);
        flushed = Lsn.parse(row.getString(3));
      }
      all.getMoreResults();
      var standbys = standbys(all);
      all.getMoreResults();
      return new Answer.Known(
          role,
          timeline,
          flushed,
          standbys,
          settings(all),
          fileErrors(connection),
          Optional.empty(),
          collations(connection));
    }
  }

  private static Map<String, Standby> standbys(PreparedStatement statement) throws SQLException {
    var standbys = new TreeMap<String, Standby>();
    try (ResultSet rows = statement.getResultSet()) {
      while (rows.next())
        standbys.put(
            rows.getString(1),
            new Standby(rows.getBoolean(2), rows.getLong(4), rows.getBoolean(3)));
    }
    return standbys;
  }

  private static Map<String, Setting> settings(PreparedStatement statement) throws SQLException {
    var settings = new TreeMap<String, Setting>();
    try (ResultSet rows = statement.getResultSet()) {
      while (rows.next())
        settings.put(
            rows.getString(1),
            new Setting(rows.getString(2), rows.getString(3), rows.getBoolean(4)));
    }
    return settings;
  }

  private static Map<String, Collation> collations(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement(COLLATIONS);
        var rows = statement.executeQuery()) {
      var collations = new TreeMap<String, Collation>();
      while (rows.next()) {
        var recorded = rows.getString(2);
        var actual = rows.getString(3);
        if (recorded != null && actual != null)
          collations.put(rows.getString(1), new Collation(recorded, actual));
      }
      return collations;
    } catch (SQLException e) {
      if (NOT_KNOWN_YET.contains(e.getSQLState())) return Map.of();
      throw e;
    }
  }

  private static List<String> fileErrors(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement(FILE_ERRORS);
        var rows = statement.executeQuery()) {
      var errors = new ArrayList<String>();
      while (rows.next()) errors.add(rows.getString(1));
      return List.copyOf(errors);
    } catch (SQLException e) {
      // A cluster that somebody else made does not let us look; the rest of the answer stands.
      if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) return List.of();
      throw e;
    }
  }
}
