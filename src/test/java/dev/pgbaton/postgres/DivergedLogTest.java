package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Lsn;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** By what pg_waldump of PostgreSQL 17 printed. */
class DivergedLogTest {
  private static final Lsn FORK = Lsn.parse("0/15167E0");

  private static DivergedLog.Found found(String output) {
    return DivergedLog.count(
        output.lines().iterator(), FORK, Optional.empty(), new WalSegments(16 << 20));
  }

  @Test
  void commitsAreCountedAndAbortsAreNot() {
    assertThat(
            found(
                """
                rmgr: Transaction len (rec/tot):     34/    34, tx:        725, lsn: 0/015262A0, prev 0/01526260, desc: COMMIT 2026-11-21 13:48:05.778685 UTC
                rmgr: Transaction len (rec/tot):     34/    34, tx:        726, lsn: 0/01526308, prev 0/015262C8, desc: ABORT 2026-11-21 13:48:05.808847 UTC
                rmgr: Transaction len (rec/tot):     34/    34, tx:        727, lsn: 0/01528908, prev 0/015288C8, desc: COMMIT 2026-11-21 13:48:05.875555 UTC
                pg_waldump: error: error in WAL record at 0/1528908: invalid record length at 0/1528930: expected at least 24, got 0
                """))
        .isEqualTo(new DivergedLog.Found(0x1528930 - 0x15167E0, 2));
  }

  @Test
  void aLogThatEndsAtTheForkHoldsNothing() {
    assertThat(found("pg_waldump: error: could not find a valid record after 0/15167E0"))
        .isEqualTo(new DivergedLog.Found(0, 0));
  }

  @Test
  void aLogWithAShutdownCheckpointOnlyHoldsNothingCommitted() {
    assertThat(
            found(
                "pg_waldump: error: error in WAL record at 0/15167E0: invalid record length at"
                    + " 0/1516858: expected at least 24, got 0"))
        .isEqualTo(new DivergedLog.Found(120, 0));
  }

  @Test
  void whatCanNotBeReadMayHoldCommits() {
    assertThat(found("pg_waldump: error: could not open file \"x\": Permission denied").commits())
        .isEqualTo(-1);
  }

  @Test
  void aLogThatEndsWithAFullSegmentReachesTheNextOne() {
    assertThat(
            found(
                "pg_waldump: error: could not find file \"000000030000000100000002\": No such file"))
        .isEqualTo(new DivergedLog.Found(0x102000000L - 0x15167E0, 0));
  }

  @Test
  void preparedTransactionsCount() {
    assertThat(
            found(
                    "rmgr: Transaction len (rec/tot):     34/    34, tx:        725, lsn:"
                        + " 0/015262A0, prev 0/01526260, desc: PREPARE gid x")
                .commits())
        .isEqualTo(1);
  }
}
