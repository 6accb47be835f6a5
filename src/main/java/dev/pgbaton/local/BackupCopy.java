package dev.pgbaton.local;

import dev.pgbaton.postgres.Neighbours;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.Function;

/**
 * A base backup without pg_basebackup: PostgreSQL is told of its beginning and its end, and the
 * files are copied meanwhile.
 */
final class BackupCopy implements Neighbours.Copying {
  /** As PostgreSQL's documentation has it: what is of no use in a copy, or of harm. */
  private static final Set<String> EMPTY =
      Set.of(
          "pg_wal",
          "pg_replslot",
          "pg_dynshmem",
          "pg_notify",
          "pg_serial",
          "pg_snapshots",
          "pg_stat_tmp",
          "pg_subtrans",
          "pgsql_tmp");

  private static final Set<String> LEFT_OUT =
      Set.of("postmaster.pid", "postmaster.opts", "standby.signal", "backup_label");

  private static final Path CONTROL = Path.of("global/pg_control");

  /** Connects as the superuser. */
  interface Connecting {
    Connection to(String instance) throws SQLException;
  }

  private final Connecting connecting;
  private final Function<String, Path> data;

  /**
   * @param data where an instance has its data
   */
  BackupCopy(Connecting connecting, Function<String, Path> data) {
    this.connecting = connecting;
    this.data = data;
  }

  @Override
  public void copy(String upstream, Path fresh) {
    try (var connection = connecting.to(upstream);
        var statement = connection.createStatement()) {
      String first;
      try (var row =
          statement.executeQuery(
              "SELECT pg_walfile_name(pg_backup_start('pgbaton', fast => true))")) {
        row.next();
        first = row.getString(1);
      } catch (SQLException e) {
        // A standby can't name a segment; nobody clones from one.
        throw new IllegalStateException(
            "%s is no primary: %s".formatted(upstream, e.getMessage()), e);
      }
      var from = data.apply(upstream);
      files(from, fresh);
      one(from.resolve(CONTROL), fresh.resolve(CONTROL));
      try (var row =
          statement.executeQuery(
              "SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)")) {
        row.next();
        Files.writeString(fresh.resolve("backup_label"), row.getString(1));
      }
      log(from.resolve("pg_wal"), fresh.resolve("pg_wal"), first);
    } catch (SQLException e) {
      throw new IllegalStateException(
          "%s can't be copied: %s".formatted(upstream, e.getMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException("%s can't be copied: %s".formatted(upstream, e), e);
    }
  }

  private static void files(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(
                directory,
                to.resolve(from.relativize(directory)),
                StandardCopyOption.COPY_ATTRIBUTES);
            return EMPTY.contains(directory.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            var name = from.relativize(file);
            if (!LEFT_OUT.contains(name.toString()) && !name.equals(CONTROL))
              one(file, to.resolve(name));
            return FileVisitResult.CONTINUE;
          }

          /** A table was dropped meanwhile: the log has that, too. */
          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) return FileVisitResult.CONTINUE;
            throw e;
          }
        });
  }

  private static void one(Path from, Path to) throws IOException {
    try {
      Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    } catch (NoSuchFileException e) {
      if (Files.exists(from)) throw e;
    }
  }

  /** What the copy needs to be whole, so that it can start by itself. */
  private static void log(Path from, Path to, String first) throws IOException {
    Files.createDirectories(to.resolve("archive_status"));
    Files.createDirectories(to.resolve("summaries"));
    try (var all = Files.list(from)) {
      for (var file : all.toList()) {
        var name = file.getFileName().toString();
        var needed = name.length() == 24 && name.substring(8).compareTo(first.substring(8)) >= 0;
        if (needed || name.endsWith(".history")) one(file, to.resolve(name));
      }
    }
  }
}
