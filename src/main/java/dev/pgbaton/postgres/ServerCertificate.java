package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.Sha256;
import dev.pgbaton.tls.KeyPairs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * The server's certificate: looked at where it is mounted, and copied to where PostgreSQL reads it.
 * So it never finds half of one, nor one that would keep it from starting, and has the last good
 * one as long as the container's files are there.
 */
final class ServerCertificate {
  private static final List<String> FILES = List.of("tls.crt", "tls.key", "ca.crt");

  private final Path mounted;
  private final Path run;
  private final Path data;
  private Path looked;
  private Found found = Found.NOTHING;
  private String taken = "";
  private String refused = "";
  private String trouble = "";

  private record Found(String hash, String certificate, String key, Optional<String> authority) {
    static final Found NOTHING = new Found("", "", "", Optional.empty());
  }

  ServerCertificate(InstancePaths paths) {
    this.mounted = paths.certificate();
    this.run = paths.run();
    this.data = paths.data();
  }

  /** Whether the pod is made for one; another may come by a restart only. */
  boolean expected() {
    return Files.isDirectory(mounted);
  }

  /** The settings that lead to it. */
  Path configuration() {
    return run.resolve("tls.conf");
  }

  /** What is mounted and was neither taken nor refused; empty for nothing. */
  String pending() {
    if (!expected()) return "";
    var hash = look().hash();
    return hash.equals(taken) || hash.equals(refused) ? "" : hash;
  }

  /** Why there is no certificate, or not the one that is mounted. */
  Optional<String> trouble() {
    return Optional.of(trouble).filter(text -> !text.isEmpty());
  }

  /** Whether there is another one for PostgreSQL to read. */
  boolean take() {
    if (!expected()) return false;
    var now = look();
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

  private Found look() {
    try {
      // One version of the Secret: the kubelet switches this link to the next.
      var link = mounted.resolve("..data");
      var version = Files.exists(link) ? link.toRealPath() : mounted;
      if (version.equals(looked) && !version.equals(mounted)) return found;
      found = read(version);
      looked = version;
    } catch (IOException e) {
      // It is just being replaced.
    }
    return found;
  }

  private static Found read(Path version) throws IOException {
    for (var file : FILES.subList(0, 2))
      if (!Files.exists(version.resolve(file))) return Found.NOTHING;
    var certificate = Files.readString(version.resolve(FILES.get(0)));
    var key = Files.readString(version.resolve(FILES.get(1)));
    var ca = version.resolve(FILES.get(2));
    var authority =
        Files.exists(ca)
            ? Optional.of(Files.readString(ca)).filter(text -> !text.isBlank())
            : Optional.<String>empty();
    return new Found(hash(certificate, key, authority.orElse("")), certificate, key, authority);
  }

  private void write(Found now) {
    try {
      // Each by a name of its own: the settings switch from all of one to all of the other.
      var directory = run.resolve("tls-" + now.hash());
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      PrivateFile.write(directory.resolve(FILES.get(0)), now.certificate());
      PrivateFile.write(directory.resolve(FILES.get(1)), now.key());
      if (now.authority().isPresent())
        PrivateFile.write(directory.resolve(FILES.get(2)), now.authority().get());
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
            directory.resolve(FILES.get(0)),
            directory.resolve(FILES.get(1)),
            now.authority().isPresent() ? directory.resolve(FILES.get(2)) : "");
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

  private static String hash(String... texts) {
    return Sha256.hex(String.join("\0", texts), 16);
  }
}
