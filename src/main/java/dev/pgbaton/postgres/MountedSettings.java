package dev.pgbaton.postgres;

import dev.pgbaton.cluster.ClientRule;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ReplicationSetting;
import dev.pgbaton.cluster.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The settings that a reload changes, as they are mounted at this moment.
 *
 * @param rules who may connect; empty for the image's own rules
 */
record MountedSettings(String hash, String text, Optional<String> rules) {
  private static final String SUPERUSER_OVER_NETWORK =
      "%s = '%s'".formatted(Names.SUPERUSER_SETTING, Names.OVER_THE_NETWORK);

  static final MountedSettings NONE = new MountedSettings("", "", Optional.empty());

  static MountedSettings read(Path directory) {
    try {
      // One version of the ConfigMap: the kubelet switches this link to the next.
      var link = directory.resolve("..data");
      var version = Files.exists(link) ? link.toRealPath() : directory;
      var file = version.resolve("reload.conf");
      if (!Files.exists(file)) return NONE;
      var text = Files.readString(file);
      var named = version.resolve("reload.hash");
      var access = version.resolve(Names.ACCESS_FILE);
      return new MountedSettings(
          Files.exists(named) ? Files.readString(named).strip() : sha256(text),
          text,
          Files.exists(access) ? Optional.of(Files.readString(access)) : Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the rules are such as the daemon writes: PostgreSQL would take more than those. */
  boolean wellFormed() {
    return rules.map(ClientRule::wrote).orElse(true);
  }

  /** Whether the instances let each other in with a certificate only. */
  boolean byCertificate() {
    return ReplicationSetting.isByCertificate(text);
  }

  /** Whether the spec says that the superuser may log in from everywhere. */
  boolean superuserOverNetwork() {
    return text.lines().anyMatch(SUPERUSER_OVER_NETWORK::equals);
  }

  /** The text without the line by which they do. */
  String textByPassword() {
    return ReplicationSetting.byPassword(text);
  }

  private static String sha256(String text) {
    return Sha256.hex(text, Sha256.DIGITS);
  }
}
