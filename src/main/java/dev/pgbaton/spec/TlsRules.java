package dev.pgbaton.spec;

import dev.pgbaton.cluster.Names;

/** Where the certificate comes from: one place, and not none. */
final class TlsRules {
  private TlsRules() {}

  static void check(ClusterSpec spec, Reading reading) {
    if (!reading.sound("spec.tls")) return;
    spec.tls().ifPresent(tls -> check(tls, reading));
  }

  private static void check(TlsSpec tls, Reading reading) {
    if (tls.secretName().isPresent() && tls.generated())
      reading.problem(
          "spec.tls.generated",
          "a certificate can't be generated and come from the Secret %s. Remove one of the two."
              .formatted(tls.secretName().get()));
    if (tls.secretName().isEmpty() && !tls.generated())
      reading.problem("spec.tls", "has no certificate. Put secretName: …, or generated: true.");
    if (tls.secretName().isPresent() && !tls.names().isEmpty())
      reading.problem(
          "spec.tls.names",
          "the names are in the certificate of the Secret %s already. Remove them."
              .formatted(tls.secretName().get()));
    if (reading.sound("spec.tls.replication") && reading.sound("spec.tls.replicationSecretName"))
      replication(tls, reading);
  }

  private static void replication(TlsSpec tls, Reading reading) {
    var own = tls.replicationSecretName();
    if (own.isPresent() && !tls.byCertificate())
      reading.problem(
          "spec.tls.replicationSecretName",
          "replication goes by password. Put replication: clientCertificate, or remove this one.");
    else if (own.isPresent() && tls.generated())
      reading.problem(
          "spec.tls.replicationSecretName", "pgbaton makes this certificate, too. Remove it.");
    else if (own.isPresent() && own.equals(tls.secretName()))
      reading.problem(
          "spec.tls.replicationSecretName",
          "%s is the server's, which pgpool has, too. Put another Secret, with a certificate of its own."
              .formatted(own.get()));
    else if (own.isEmpty() && tls.byCertificate() && tls.secretName().isPresent())
      reading.problem(
          "spec.tls.replication",
          "the authority of the Secret %s is not pgbaton's, which can't make a certificate that it signs. Put replicationSecretName: … with one for the CN %s."
              .formatted(tls.secretName().get(), Names.REPLICATION_NAME));
  }
}
