package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A Secret of type kubernetes.io/tls, as the kubelet keeps it mounted. */
final class MountedKeyPair {
  static final String CERTIFICATE = "tls.crt";
  static final String KEY = "tls.key";
  static final String AUTHORITY = "ca.crt";

  private final Path mounted;
  private Path looked;
  private Found found = Found.NOTHING;

  /**
   * What is in it.
   *
   * @param hash empty for nothing
   */
  record Found(String hash, String certificate, String key, Optional<String> authority) {
    static final Found NOTHING = new Found("", "", "", Optional.empty());
  }

  MountedKeyPair(Path mounted) {
    this.mounted = mounted;
  }

  /** Whether the pod is made for one; another may come by a restart only. */
  boolean expected() {
    return Files.isDirectory(mounted);
  }

  Found look() {
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
    var certificate = version.resolve(CERTIFICATE);
    var key = version.resolve(KEY);
    if (!Files.exists(certificate) || !Files.exists(key)) return Found.NOTHING;
    var ca = version.resolve(AUTHORITY);
    var authority =
        Files.exists(ca)
            ? Optional.of(Files.readString(ca)).filter(text -> !text.isBlank())
            : Optional.<String>empty();
    return found(Files.readString(certificate), Files.readString(key), authority);
  }

  private static Found found(String certificate, String key, Optional<String> authority) {
    var all = String.join("\0", certificate, key, authority.orElse(""));
    return new Found(Sha256.hex(all, 16), certificate, key, authority);
  }
}
