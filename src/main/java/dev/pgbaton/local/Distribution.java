package dev.pgbaton.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked from the archive on the class path. It has no repmgr: in its
 * place are a library that does nothing and an extension that has only the table.
 */
final class Distribution {
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

  private Distribution() {}

  /**
   * Unpacks it unless that was done before.
   *
   * @return where it is
   */
  static Path unpackedIn(Path directory) throws IOException {
    var complete = directory.resolve("postgresql-17");
    if (Files.exists(complete)) return complete;
    if (!System.getProperty("os.name").equals("Linux")
        || !System.getProperty("os.arch").equals("amd64"))
      throw new IOException("the PostgreSQL that comes with pgbaton runs on Linux on x86-64 only");
    var archive = Distribution.class.getResourceAsStream(ARCHIVE);
    if (archive == null)
      throw new IOException(
          "this pgbaton has no PostgreSQL in it (a container image leaves it out); use a checkout's");
    var fresh = directory.resolve("postgresql-17.new");
    Trees.delete(fresh);
    try (var content = new XZInputStream(archive)) {
      Tar.unpack(content, fresh, name -> !name.endsWith(".a") && !name.startsWith("include/"));
    }
    repmgr(fresh);
    // Whoever the databases run as has to get at it.
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.move(fresh, complete);
    return complete;
  }

  private static void repmgr(Path to) throws IOException {
    // Any module that does nothing by being loaded.
    Files.copy(to.resolve("lib/postgresql/tcn.so"), to.resolve("lib/postgresql/repmgr.so"));
    var extensions = to.resolve("share/postgresql/extension");
    Files.writeString(
        extensions.resolve("repmgr.control"),
        "comment = 'stands in for repmgr'\ndefault_version = '5.5'\nrelocatable = false\nschema = repmgr\n");
    Files.writeString(
        extensions.resolve("repmgr--5.5.sql"),
        """
        CREATE TABLE repmgr.nodes (
          node_id integer PRIMARY KEY,
          upstream_node_id integer REFERENCES repmgr.nodes (node_id) DEFERRABLE,
          active boolean NOT NULL DEFAULT true,
          node_name text NOT NULL,
          type text NOT NULL,
          location text NOT NULL DEFAULT 'default',
          priority integer NOT NULL DEFAULT 100,
          conninfo text NOT NULL,
          repluser varchar(63) NOT NULL,
          slot_name text,
          config_file text NOT NULL);
        """);
  }
}
