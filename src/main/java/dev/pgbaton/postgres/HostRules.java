package dev.pgbaton.postgres;

import dev.pgbaton.cluster.AccessHash;
import dev.pgbaton.cluster.Names;
import java.util.Optional;
import java.util.regex.Pattern;

/** {@code pg_hba.conf}: the first line that fits counts. */
final class HostRules {
  /** Of data from before the superuser stayed local, and where the spec lets it in. */
  private static final String WITHOUT_RULES =
      """
      local all         all                   peer map=pgbaton
      host  replication repmgr,repmgr_2 all   scram-sha-256
      host  all         all             all   scram-sha-256
      """;

  /** In place of repmgr's own line there. */
  private static final String BY_CERTIFICATE_WITHOUT_RULES =
      """
      local   all             all                 peer map=pgbaton
      hostssl replication,all repmgr,repmgr_2 all cert map=replication
      host    replication,all repmgr,repmgr_2 all reject
      host    all             all             all scram-sha-256
      """;

  /**
   * Before all others: whatever these say, the instances follow each other and the daemon gets in;
   * and no superuser does but repmgr, which copies and rewinds. What is all is no replication. A
   * container that runs as another user than the image's reaches its own server over TCP.
   */
  private static final String OWN =
      """
      local all             all                         peer map=pgbaton
      host  replication     repmgr,repmgr_2    all      scram-sha-256
      host  postgres,repmgr repmgr,repmgr_2    all      scram-sha-256
      host  postgres        pgbaton,pgbaton_2  all      scram-sha-256
      host  all             postgres           samehost scram-sha-256
      host  all             postgres,repmgr,repmgr_2,pgbaton,pgbaton_2 all reject
      host  replication     postgres,repmgr,repmgr_2,pgbaton,pgbaton_2 all reject
      """;

  private static final String EVERYBODY = "host all all all scram-sha-256\n";

  private static final Pattern OF_REPMGR =
      Pattern.compile("(?m)^host( +\\S+ +repmgr,repmgr_2 +all +)scram-sha-256$");

  private static final String OWN_BY_CERTIFICATE =
      OF_REPMGR.matcher(OWN).replaceAll("hostssl$1cert map=replication");

  private HostRules() {}

  /**
   * pgbaton's own lines ask for no TLS, but for a repmgr that comes by certificate: where a
   * certificate is missing, instances go on following and the daemon looks on, so the cluster
   * heals.
   *
   * @param certificateExpected whether the pod is made for one. Then {@code hostssl} lines stay,
   *     also while it can't be used: PostgreSQL takes them, and they fit nobody, rather than
   *     everybody in clear text. A pod from before the rollout that brings it goes on letting
   *     clients in as it did until it is replaced. Who comes by a certificate of its own can't: as
   *     {@code host} PostgreSQL would not start with such a line.
   * @param byCertificate whether the instances have to come to each other with one
   * @param superuserLocal whether the superuser is kept off the network where there are no rules;
   *     where there are, it always is
   */
  static String file(
      Optional<String> rules,
      boolean certificateExpected,
      boolean byCertificate,
      boolean superuserLocal) {
    return rules
        .or(() -> superuserLocal ? Optional.of(EVERYBODY) : Optional.empty())
        .map(
            text ->
                certificateExpected ? text : text.replaceAll("(?m)^hostssl (?!.* cert$)", "host "))
        .map((byCertificate ? OWN_BY_CERTIFICATE : OWN)::concat)
        .orElse(byCertificate ? BY_CERTIFICATE_WITHOUT_RULES : WITHOUT_RULES);
  }

  /** What tells in PostgreSQL's settings which rules it has. */
  static String setting(Optional<String> rules) {
    return rules
        .map(text -> "%s = '%s'\n".formatted(Names.ACCESS_SETTING, AccessHash.of(text)))
        .orElse("");
  }
}
