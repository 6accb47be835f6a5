package dev.pgbaton.spec;

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
  }
}
