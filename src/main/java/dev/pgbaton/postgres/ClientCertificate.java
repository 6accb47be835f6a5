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
  /** What follows the certificates in the file. */
  private static final String FROM_KEY = "(?s)-----BEGIN (?!CERTIFICATE-----).*";

  private final MountedKeyPair mounted;
  private final Path run;
  private final Path data;
  private String taken = "";
  private String refused = "";
  private String trouble = "";
  private boolean untold;
  private Judged judged = new Judged("", "", false, 0);

  /** Asked at every pass, a handoff's too, and only time changes the answer. */
  private record Judged(String certificate, String authorities, boolean good, long atNanos) {
    private static final long COUNTS_NANOS = 5_000_000_000L;

    boolean isOf(String certificate, String authorities) {
      return certificate.equals(this.certificate)
          && authorities.equals(this.authorities)
          && System.nanoTime() - atNanos < COUNTS_NANOS;
    }
  }

  ClientCertificate(InstancePaths paths) {
    this.mounted = new MountedKeyPair(paths.clientCertificate());
    this.run = paths.run();
    this.data = paths.data();
  }

  boolean isThere() {
    return mounted.expected() && Files.exists(file());
  }

  /**
   * What libpq is told of it; empty where the pod is not made for one. With a file that is not
   * there it comes without one, and with its password: so what streams goes on when there is
   * another one, or none any more.
   */
  String words() {
    return mounted.expected() ? " sslcert=%1$s sslkey=%1$s".formatted(file()) : "";
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
   * What there is to do about it: one that was not looked at, one whose time has come, or one that
   * the others don't let in any more. Empty for nothing.
   *
   * @param authorities whose certificates the servers trust; they have the same as this one
   */
  String pending(Optional<String> authorities) {
    if (!mounted.expected()) return "";
    var now = mounted.look();
    var hash = hash(now, authorities);
    if (untold || isThere() && !isStillGood(authorities)) return hash;
    if (hash.equals(taken)) return trouble.isEmpty() ? "" : hash;
    // The time that it is good for begins by itself.
    return hash.equals(refused) && wrong(now, authorities).isPresent() ? "" : hash;
  }

  /** Whether there is something new to tell PostgreSQL: another one, or that there is none. */
  boolean take(Optional<String> authorities) {
    if (!mounted.expected()) return false;
    var changes = changes(authorities) || untold;
    untold = false;
    return changes;
  }

  private boolean changes(Optional<String> authorities) {
    var now = mounted.look();
    var hash = hash(now, authorities);
    var good = isThere() && isStillGood(authorities);
    if (hash.equals(taken) && good) {
      belongsToPostgres();
      trouble = "";
      return false;
    }
    var wrong = wrong(now, authorities);
    if (wrong.isPresent()) {
      refused = hash;
      trouble = Names.NO_CERTIFICATE + "for replication, " + wrong.get();
      return !good && isGone();
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

  /** Whether the others let in the one that is shown to them: its time ends by itself. */
  private boolean isStillGood(Optional<String> authorities) {
    try {
      var certificate = Files.readString(file()).replaceFirst(FROM_KEY, "");
      var trusted = authorities.orElse("");
      if (!judged.isOf(certificate, trusted))
        judged =
            new Judged(
                certificate,
                trusted,
                KeyPairs.wrongForClient(certificate, trusted, Names.REPLICATION_NAME).isEmpty(),
                System.nanoTime());
      return judged.good();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** It would shut this instance out, also where a password is enough. */
  private boolean isGone() {
    try {
      taken = "";
      return Files.deleteIfExists(file());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> wrong(Found now, Optional<String> authorities) {
    return now.hash().isEmpty()
        ? Optional.of("there are no tls.crt and tls.key in its Secret, or no such Secret")
        : KeyPairs.wrong(now.certificate(), now.key(), "")
            .or(
                () ->
                    KeyPairs.wrongForClient(
                        now.certificate(), authorities.orElse(""), Names.REPLICATION_NAME));
  }

  /** PostgreSQL was not told of it. */
  void again() {
    untold = true;
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
