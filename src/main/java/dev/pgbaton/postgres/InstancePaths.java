package dev.pgbaton.postgres;

import java.nio.file.Path;

/**
 * Where an instance keeps its things.
 *
 * @param binaries PostgreSQL's own programs
 * @param data PGDATA; what is being made and what was set aside lie beside it
 * @param run generated configuration and sockets, gone with the pod
 * @param restartSettings mounted; may be absent
 * @param reloadSettings the directory with {@code reload.conf}; may be empty
 */
public record InstancePaths(
    Path binaries, Path data, Path run, Path restartSettings, Path reloadSettings) {

  /** Mounted, where the spec has a certificate. */
  Path certificate() {
    return reloadSettings.resolveSibling("tls");
  }

  /** Mounted, where instances come to each other by certificate. */
  Path clientCertificate() {
    return reloadSettings.resolveSibling("replication");
  }

  Path program(String name) {
    return binaries.resolve(name);
  }

  Path beside(String suffix) {
    return data.resolveSibling(data.getFileName() + suffix);
  }

  Path configuration() {
    return run.resolve("postgresql.conf");
  }

  Path passwords() {
    return run.resolve("pgpass");
  }

  Path ofRepmgr() {
    return run.resolve("repmgr.conf");
  }
}
