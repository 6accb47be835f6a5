package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.Quorum;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The one question that is asked of the running server in each pass.
 *
 * @param logRead whether a standby has read the log that it has to its end: before that it has
 *     received, and perhaps confirmed, more than it can tell
 */
record ServerQuery(
    boolean inRecovery,
    int timeline,
    Lsn log,
    Lsn replayed,
    String systemIdentifier,
    Optional<String> streamingFrom,
    boolean receiving,
    Quorum quorum,
    boolean logRead) {

  /**
   * A standby's timeline is the newest of: the one that it streams, the one that its control file
   * counts on, the one of its last checkpoint.
   */
  static final String SQL =
      """
      SELECT r.r,
             CASE WHEN r.r THEN greatest(w.received_tli, m.min_recovery_end_timeline, c.timeline_id)
                  ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END,
             CASE WHEN r.r THEN coalesce(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0')
                  ELSE pg_current_wal_lsn() END,
             CASE WHEN r.r THEN coalesce(pg_last_wal_replay_lsn(), '0/0') ELSE pg_current_wal_lsn() END,
             s.system_identifier,
             CASE WHEN w.status = 'streaming' THEN w.sender_host END,
             w.pid IS NOT NULL,
             current_setting('synchronous_standby_names'),
             pg_last_wal_receive_lsn() IS NOT NULL
               OR EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'startup'
                          AND wait_event IN ('RecoveryRetrieveRetryInterval', 'RecoveryWalStream'))
      FROM (SELECT pg_is_in_recovery() AS r) r
        CROSS JOIN pg_control_system() s CROSS JOIN pg_control_checkpoint() c CROSS JOIN pg_control_recovery() m
        LEFT JOIN pg_stat_wal_receiver w ON true
      """;

  /** A rule for connections with TLS is none of an error where there is none yet. */
  static final String FILE_ERRORS =
      """
      (SELECT coalesce(name, '') || ' (line ' || sourceline || '): ' || error
       FROM pg_file_settings WHERE error IS NOT NULL AND sourcefile LIKE '%/reload.conf' ORDER BY seqno)
      UNION ALL
      (SELECT 'pg_hba.conf (line ' || line_number || '): ' || error
       FROM pg_hba_file_rules WHERE error IS NOT NULL AND error NOT LIKE '%because SSL is disabled'
       ORDER BY line_number)
      """;

  static ServerQuery read(ResultSet row) throws SQLException {
    if (!row.next()) throw new SQLException("no row");
    return new ServerQuery(
        row.getBoolean(1),
        row.getInt(2),
        Lsn.parse(row.getString(3)),
        Lsn.parse(row.getString(4)),
        row.getString(5),
        // <pod>.<headless service>
        Optional.ofNullable(row.getString(6)).map(host -> host.split("\\.")[0]),
        row.getBoolean(7),
        Quorum.parse(row.getString(8)),
        row.getBoolean(9));
  }

  static List<String> errors(ResultSet rows) throws SQLException {
    var errors = new ArrayList<String>();
    while (rows.next()) errors.add(rows.getString(1));
    return List.copyOf(errors);
  }

  WalPosition position(int atLeastTimeline) {
    return new WalPosition(Math.max(timeline, atLeastTimeline), log);
  }
}
