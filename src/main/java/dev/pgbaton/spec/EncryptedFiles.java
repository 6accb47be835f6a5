package dev.pgbaton.spec;

import dev.pgbaton.sops.Refused;
import dev.pgbaton.sops.SopsFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The encrypted files that specs name, as the same commit has them. */
public final class EncryptedFiles {
  public static final EncryptedFiles NONE = new EncryptedFiles(Map.of());

  /** All of them are held in memory. */
  private static final int MOST = 500;

  /** Regular files of the repository, symbolic links not followed. */
  @FunctionalInterface
  public interface Tree {
    /**
     * @param spec the file that names the other one
     * @param file relative to it
     * @return empty where there is none in the repository
     */
    Optional<byte[]> read(String spec, String file) throws IOException;
  }

  private record Reference(String spec, String file) {}

  private final Map<Reference, byte[]> files;

  private EncryptedFiles(Map<Reference, byte[]> files) {
    this.files = files;
  }

  /** Those that are named. */
  public static EncryptedFiles of(List<SpecFile> specs, Tree tree) throws IOException {
    var naming = specs.stream().filter(EncryptedFiles::mayName).toList();
    if (naming.isEmpty()) return NONE;
    var files = new java.util.HashMap<Reference, byte[]>();
    for (var cluster : SpecParser.parse(naming).valid())
      for (var user : cluster.spec().users())
        if (user.password() instanceof PasswordSource.Sops(var file, _) && files.size() < MOST) {
          var reference = new Reference(cluster.source().file(), file);
          if (!files.containsKey(reference))
            tree.read(reference.spec(), file).ifPresent(content -> files.put(reference, content));
        }
    return new EncryptedFiles(files);
  }

  /** Few do, and parsing all of them a second time takes as long as the first. */
  private static boolean mayName(SpecFile file) {
    var text = file.text();
    return text.contains("sops") && text.contains(ClusterSpec.KIND);
  }

  /** A path from the repository's root; empty for one that leads out of it. */
  public static Optional<String> resolved(String spec, String file) {
    var parts = new java.util.ArrayDeque<String>();
    var directory = spec.substring(0, spec.lastIndexOf('/') + 1);
    for (var part : (directory + file).split("/")) {
      if (part.isEmpty() || part.equals(".")) continue;
      if (!part.equals("..")) parts.addLast(part);
      else if (parts.pollLast() == null) return Optional.empty();
    }
    return Optional.of(String.join("/", parts));
  }

  /** By user. */
  SortedMap<String, EncryptedPassword> passwords(ClusterSpec spec, Reading reading) {
    var passwords = new TreeMap<String, EncryptedPassword>();
    for (int i = 0; i < spec.users().size(); i++) {
      var user = spec.users().get(i);
      if (user.logsIn() && user.password() instanceof PasswordSource.Sops(var file, var key))
        passwords.put(
            user.name(), password(reading, file, key, "spec.users[%d].password.sops".formatted(i)));
    }
    return Collections.unmodifiableSortedMap(passwords);
  }

  private EncryptedPassword password(Reading reading, String file, String key, String field) {
    var place = reading.places().getOrDefault(field + ".file", reading.document());
    var content = files.get(new Reference(place.file(), file));
    if (content == null)
      return new EncryptedPassword.NotThere(
          file,
          key,
          new Problem(
              place,
              field + ".file",
              "%s is not in the repository, or is no regular file there: symbolic links are not followed. Its path is relative to this file."
                  .formatted(file)));
    try {
      SopsFile.read(file, content).mustEncrypt(key);
      return new EncryptedPassword.There(file, key, new String(content, StandardCharsets.UTF_8));
    } catch (Refused e) {
      var at = reading.places().getOrDefault(field + ".key", place);
      return new EncryptedPassword.NotThere(file, key, new Problem(at, field, e.getMessage()));
    }
  }
}
