package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.Sha256;
import dev.pgbaton.postgres.MountedKeyPair.Found;
import dev.pgbaton.tls.KeyPairs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The certificate by which this instance comes to the others: looked at where it is mounted, and
 * copied to where libpq reads it at each connection. It is copied only if the others would let it
 * in: with one that a server does not trust, it would not even be asked for its password.
 */
final class ClientCertificate {
  private final MountedKeyPair mounted;
  private final Path run;
  private final Path data;
  private String taken = "";
  private String refused = "";
  private String trouble = "";

  ClientCertificate(InstancePaths paths) {
    this.mounted = new MountedKeyPair(paths.clientCertificate());
    this.run = paths.run();
    this.data = paths.data();
  }

  boolean isThere() {
    return mounted.expected() && Files.exists(file());
  }

  /** What libpq is told of it; empty where there is none. It still has its password, too. */
  String words() {
    return isThere() ? " sslcert=%1$s sslkey=%1$s".formatted(file()) : "";
  }

  /** What tells in PostgreSQL's settings that it has one. */
  String setting() {
    return isThere() ? Names.CLIENT_CERTIFICATE_SETTING + " = 'there'\n" : "";
  }

  /** Certificate and key in one: nobody finds the one without the other. */
  private Path file() {
    return run.resolve("replication.pem");
  }

  /** Why there is none, or not the one that is mounted. */
  Optional<String> trouble() {
    return Optional.of(trouble).filter(text -> !text.isEmpty());
  }

  /**
   * What is mounted and was neither taken nor refused; empty for nothing.
   *
   * @param authorities whose certificates the servers trust; they have the same as this one
   */
  String pending(Optional<String> authorities) {
    if (!mounted.expected()) return "";
    var hash = hash(mounted.look(), authorities);
    return hash.equals(taken) || hash.equals(refused) ? "" : hash;
  }

  /** Whether there is another one for libpq to read. */
  boolean take(Optional<String> authorities) {
    if (!mounted.expected()) return false;
    var now = mounted.look();
    var hash = hash(now, authorities);
    if (hash.equals(taken) && Files.exists(file())) {
      belongsToPostgres();
      return false;
    }
    if (hash.equals(refused)) return false;
    var wrong = wrong(now, authorities.orElse(""));
    if (wrong.isPresent()) {
      refused = hash;
      trouble = Names.NO_CERTIFICATE + "for replication, " + wrong.get();
      return false;
    }
    try {
      PrivateFile.write(file(), now.certificate() + "\n" + now.key());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    belongsToPostgres();
    taken = hash;
    refused = "";
    trouble = "";
    return true;
  }

  private static Optional<String> wrong(Found now, String authorities) {
    return now.hash().isEmpty()
        ? Optional.of("there are no tls.crt and tls.key in its Secret, or no such Secret")
        : KeyPairs.wrong(now.certificate(), now.key(), "")
            .or(
                () ->
                    KeyPairs.wrongForClient(
                        now.certificate(), authorities, Names.REPLICATION_NAME));
  }

  /** PostgreSQL was not told of it. */
  void again() {
    taken = "";
  }

  /** On a machine of its own the program may be root, and PostgreSQL never is. */
  private void belongsToPostgres() {
    try {
      if (!Files.exists(data)) return;
      var owner = Files.getOwner(data);
      if (!owner.equals(Files.getOwner(file()))) Files.setOwner(file(), owner);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(Found found, Optional<String> authorities) {
    return Sha256.hex(found.hash() + "\0" + authorities.orElse(""), 16);
  }
}
