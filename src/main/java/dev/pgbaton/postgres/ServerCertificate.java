package dev.pgbaton.postgres;

import static dev.pgbaton.postgres.MountedKeyPair.AUTHORITY;
import static dev.pgbaton.postgres.MountedKeyPair.CERTIFICATE;
import static dev.pgbaton.postgres.MountedKeyPair.KEY;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.postgres.MountedKeyPair.Found;
import dev.pgbaton.tls.KeyPairs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The server's certificate: looked at where it is mounted, and copied to where PostgreSQL reads it.
 * So it never finds half of one, nor one that would keep it from starting, and has the last good
 * one as long as the container's files are there.
 */
final class ServerCertificate {
  private static final String NO_AUTHORITY = "ssl_ca_file = ''";

  private final MountedKeyPair mounted;
  private final Path run;
  private final Path data;
  private String taken = "";
  private String refused = "";
  private String trouble = "";

  ServerCertificate(InstancePaths paths) {
    this.mounted = new MountedKeyPair(paths.certificate());
    this.run = paths.run();
    this.data = paths.data();
  }

  /** Whether the pod is made for one; another may come by a restart only. */
  boolean expected() {
    return mounted.expected();
  }

  /** The settings that lead to it. */
  Path configuration() {
    return run.resolve("tls.conf");
  }

  /** What is mounted and was neither taken nor refused; empty for nothing. */
  String pending() {
    if (!expected()) return "";
    var hash = mounted.look().hash();
    return hash.equals(taken) || hash.equals(refused) ? "" : hash;
  }

  /** Why there is no certificate, or not the one that is mounted. */
  Optional<String> trouble() {
    return Optional.of(trouble).filter(text -> !text.isEmpty());
  }

  /** Whether there is another one for PostgreSQL to read. */
  boolean take() {
    if (!expected()) return false;
    var now = mounted.look();
    if (now.hash().equals(taken) && !taken.isEmpty()) return false;
    // Taken once more it would fail the next start as well.
    if (now.hash().equals(refused) && !refused.isEmpty()) return false;
    var wrong =
        now.hash().isEmpty()
            ? Optional.of(
                "there are no tls.crt and tls.key in the Secret of spec.tls, or no such Secret")
            : KeyPairs.wrong(now.certificate(), now.key(), now.authority().orElse(""));
    if (wrong.isPresent()) {
      refused = now.hash();
      trouble = Names.NO_CERTIFICATE + wrong.get();
      return false;
    }
    write(now);
    taken = now.hash();
    refused = "";
    trouble = "";
    return true;
  }

  /** Whom it is mounted to trust, where clients come with a certificate. */
  Optional<String> authorities() {
    return expected() ? mounted.look().authority() : Optional.empty();
  }

  /** Whether PostgreSQL can tell good clients' certificates from others. */
  boolean verifiesClients() {
    try {
      return isThere() && !Files.readString(configuration()).contains(NO_AUTHORITY);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether PostgreSQL has one to read. */
  boolean isThere() {
    return expected() && Files.exists(configuration());
  }

  /**
   * PostgreSQL itself, which has the last word, does not load it: the former one counts again, or
   * none. It would not start with this one.
   */
  void doesNotLoad(String why) {
    if (taken.isEmpty()) return;
    refused = taken;
    taken = "";
    trouble = Names.NO_CERTIFICATE + why;
    try {
      if (Files.exists(former()))
        Files.move(former(), configuration(), StandardCopyOption.REPLACE_EXISTING);
      else Files.deleteIfExists(configuration());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path former() {
    return run.resolve("tls.former.conf");
  }

  /** PostgreSQL was not told of it. */
  void again() {
    taken = "";
  }

  private void write(Found now) {
    try {
      // Each by a name of its own: the settings switch from all of one to all of the other.
      var directory = run.resolve("tls-" + now.hash());
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      PrivateFile.write(directory.resolve(CERTIFICATE), now.certificate());
      PrivateFile.write(directory.resolve(KEY), now.key());
      if (now.authority().isPresent())
        PrivateFile.write(directory.resolve(AUTHORITY), now.authority().get());
      belongToPostgres(directory);
      var settings = settings(directory, now);
      if (Files.exists(configuration()) && !Files.readString(configuration()).equals(settings))
        Files.copy(configuration(), former(), StandardCopyOption.REPLACE_EXISTING);
      DataFiles.replaceUntilRestart(configuration(), settings);
      forgetOthers(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String settings(Path directory, Found now) {
    return """
    ssl = on
    ssl_cert_file = '%s'
    ssl_key_file = '%s'
    ssl_ca_file = '%s'
    """
        .formatted(
            directory.resolve(CERTIFICATE),
            directory.resolve(KEY),
            now.authority().isPresent() ? directory.resolve(AUTHORITY) : "");
  }

  /** On a machine of its own the program may be root, and PostgreSQL never is. */
  private void belongToPostgres(Path directory) throws IOException {
    if (!Files.exists(data)) return;
    var owner = Files.getOwner(data);
    if (owner.equals(Files.getOwner(directory))) return;
    Files.setOwner(directory, owner);
    try (var files = Files.newDirectoryStream(directory)) {
      for (var file : files) Files.setOwner(file, owner);
    }
  }

  /** But for the last one, which may have to come back. */
  private void forgetOthers(Path kept) throws IOException {
    var before = Files.exists(former()) ? Files.readString(former()) : "";
    try (var directories = Files.newDirectoryStream(run, "tls-*")) {
      for (var directory : directories) {
        if (directory.equals(kept) || before.contains(directory + "/")) continue;
        // Also what a program that was killed has left half written.
        try (var files = Files.newDirectoryStream(directory)) {
          for (var file : files) Files.deleteIfExists(file);
        }
        Files.deleteIfExists(directory);
      }
    }
  }
}
