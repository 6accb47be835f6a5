package dev.pgbaton.cluster;

import java.util.stream.Collectors;

/** The line of {@code reload.conf} by which daemon and instance agree that certificates count. */
public final class ReplicationSetting {
  private static final String BY_CERTIFICATE =
      "%s = '%s'".formatted(Names.REPLICATION_SETTING, Names.BY_CERTIFICATE);

  private ReplicationSetting() {}

  /** Whether the instances let each other in with a certificate only. */
  public static boolean isByCertificate(String conf) {
    return conf.lines().anyMatch(BY_CERTIFICATE::equals);
  }

  /** The same settings without that line. */
  public static String byPassword(String conf) {
    return isByCertificate(conf)
        ? conf.lines()
            .filter(line -> !line.equals(BY_CERTIFICATE))
            .map(line -> line + "\n")
            .collect(Collectors.joining())
        : conf;
  }
}
