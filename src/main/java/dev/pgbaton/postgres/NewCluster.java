package dev.pgbaton.postgres;

import dev.pgbaton.postgres.Programs.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** initdb, and the roles and the two databases that every cluster has. */
final class NewCluster {
  /**
   * Who is promoted copies the segment it stands in and fills it up with zeros, and whoever follows
   * asks from its start on: both while clients wait. PostgreSQL's own are 16 MB.
   */
  private static final String SEGMENT_MEGABYTES = "4";

  private final InstancePaths paths;
  private final CurrentCredentials credentials;
  private final NewData wanted;

  NewCluster(InstancePaths paths, CurrentCredentials credentials, NewData wanted) {
    this.paths = paths;
    this.credentials = credentials;
    this.wanted = wanted;
  }

  Ended make(Path fresh, Consumer<Process> started) {
    var password = paths.run().resolve("initdb-password");
    try {
      PrivateFile.write(password, Verifiers.of(credentials.get().superuser()) + "\n");
      var command =
          new ArrayList<>(
              List.of(
                  paths.program("initdb").toString(),
                  "--pgdata=" + fresh,
                  "--username=postgres",
                  "--pwfile=" + password,
                  "--auth-local=peer",
                  "--auth-host=scram-sha-256",
                  "--encoding=UTF8",
                  "--locale=C.UTF-8",
                  "--data-checksums",
                  "--wal-segsize=" + SEGMENT_MEGABYTES));
      command.addAll(wanted.initdbArguments());
      var made = Programs.run(command, Map.of(), "", started);
      if (!made.well()) return made;
      if (wanted.superuserLocal()) DataFiles.noteSuperuserLocal(fresh);
      var roles = single(fresh, "postgres", roles(), started);
      return roles.well() ? single(fresh, "repmgr", "CREATE EXTENSION repmgr;\n", started) : roles;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      try {
        Files.deleteIfExists(password);
      } catch (IOException e) {
        // in memory or gone with the pod
      }
    }
  }

  /**
   * Without a server: nobody can connect before everything is as it should be. One statement a
   * line.
   */
  private Ended single(Path fresh, String database, String sql, Consumer<Process> started) {
    return Programs.run(
        List.of(
            paths.program("postgres").toString(),
            "--single",
            "-D",
            fresh.toString(),
            "-c",
            "exit_on_error=on",
            // An error need not print the statement, which may have a password's verifier in it.
            "-c",
            "log_min_error_statement=panic",
            "-c",
            "shared_preload_libraries=repmgr",
            database),
        Map.of(),
        sql,
        started);
  }

  private String roles() {
    return """
    CREATE ROLE repmgr SUPERUSER REPLICATION %s
    CREATE ROLE pgbaton %s IN ROLE pg_monitor
    GRANT SELECT ON pg_file_settings TO pgbaton
    GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO pgbaton
    CREATE SCHEMA pgbaton AUTHORIZATION pgbaton
    CREATE TABLE pgbaton.heartbeat (id int PRIMARY KEY, beat bigint NOT NULL, at timestamptz NOT NULL DEFAULT now())
    ALTER TABLE pgbaton.heartbeat OWNER TO pgbaton
    CREATE DATABASE repmgr OWNER repmgr
    """
        .formatted(login("repmgr"), login("pgbaton"));
  }

  /** Another login's turn, where an old Secret outlived its data: the primary makes that one. */
  private String login(String role) {
    return credentials
        .get()
        .of(role)
        .map(password -> "LOGIN PASSWORD '" + Verifiers.of(password) + "'")
        .orElse("NOLOGIN");
  }
}
