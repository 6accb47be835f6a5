package dev.pgbaton.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * One instance's programs, as the instance program finds them: PostgreSQL's own, as an unprivileged
 * user and on the instance's own address, and what stands in for those that are not in the archive.
 */
final class StandIns {
  /**
   * Its kernel sends SIGQUIT, PostgreSQL's immediate stop, when the program that started it ends.
   */
  private static final String DYING = "--pdeathsig=QUIT";

  /** The layout of pg_control in PostgreSQL 17, of which the words of four bytes are numbered. */
  private static final String CONTROL_DATA =
      """
      #!/bin/bash
      [[ -r $1/global/pg_control ]] || { echo "could not open $1/global/pg_control"; exit 1; }
      read -rd '' -a w < <(od -An -v -tu4 -N288 "$1/global/pg_control")
      states=('starting up' 'shut down' 'shut down in recovery' 'shutting down' 'in crash recovery' 'in archive recovery' 'in production')
      lsn() { printf '%X/%X' "${w[$1 + 1]}" "${w[$1]}"; }
      echo "Database system identifier: $((w[1] << 32 | w[0]))"
      echo "Database cluster state: ${states[w[4]]}"
      echo "Latest checkpoint location: $(lsn 8)"
      echo "Latest checkpoint's TimeLineID: ${w[12]}"
      echo "Minimum recovery ending location: $(lsn 34)"
      echo "Min recovery ending loc's timeline: ${w[36]}"
      echo "max_connections setting: ${w[45]}"
      echo "max_worker_processes setting: ${w[46]}"
      echo "max_wal_senders setting: ${w[47]}"
      echo "max_prepared_xacts setting: ${w[48]}"
      echo "max_locks_per_xact setting: ${w[49]}"
      """;

  private StandIns() {}

  /**
   * @param into where they are made
   * @param volume and {@code run}: what belongs to whoever PostgreSQL runs as
   */
  static void make(
      Path into, Path postgresql, Account account, String address, Path volume, Path run)
      throws IOException {
    Files.createDirectories(into);
    var bin = postgresql.resolve("bin");
    var ident = into.resolve("pg_ident.conf");
    Files.writeString(
        ident,
        """
        pgbaton %1$s postgres
        pgbaton %1$s repmgr
        pgbaton %1$s pgbaton
        replication repmgr repmgr
        """
            .formatted(System.getProperty("user.name")));
    program(
        into,
        "postgres",
        """
        #!/bin/sh
        %s
        case "$1" in --single) exec %s'%s' "$@" ;; esac
        exec %s'%s' "$@" -c listen_addresses=%s -c ident_file='%s'
        """
            .formatted(
                account.own(volume, run),
                account.as(""),
                bin.resolve("postgres"),
                account.as(DYING),
                bin.resolve("postgres"),
                address,
                ident));
    program(
        into,
        "initdb",
        """
        #!/bin/sh
        %s
        exec %s'%s' --no-sync "$@"
        """
            .formatted(account.own(volume, run), account.as(""), bin.resolve("initdb")));
    program(into, "pg_controldata", CONTROL_DATA);
    program(into, "pg_rewind", absent("pg_rewind", 1));
    program(into, "pg_waldump", absent("pg_waldump", 2));
  }

  private static String absent(String name, int code) {
    return "#!/bin/sh\necho 'there is no %s here: a new copy is made instead'\nexit %d\n"
        .formatted(name, code);
  }

  private static void program(Path into, String name, String text) throws IOException {
    var file = into.resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
