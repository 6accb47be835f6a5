package dev.pgbaton.spec;

import java.util.List;
import java.util.Optional;

/**
 * The servers' certificate.
 *
 * @param secretName somebody else's Secret; empty where pgbaton makes the certificate
 * @param names under which the servers are reached besides, in a certificate that pgbaton makes
 * @param replicationSecretName the clients' certificate of the instances, where that is somebody
 *     else's, too
 */
public record TlsSpec(
    Optional<String> secretName,
    boolean generated,
    List<String> names,
    Clients clients,
    Replication replication,
    Optional<String> replicationSecretName) {
  /** Whether a client has to use it. */
  public enum Clients {
    optional,
    required
  }

  /** By what instances come to each other. */
  public enum Replication {
    password,
    clientCertificate
  }

  public boolean byCertificate() {
    return replication == Replication.clientCertificate;
  }

  static final FieldType<TlsSpec> TYPE =
      FieldType.object(
          tls ->
              new TlsSpec(
                  tls.optional(
                      "secretName",
                      FieldTypes.SUBDOMAIN_NAME,
                      "A Secret of type kubernetes.io/tls in the cluster's namespace, with tls.crt,"
                          + " tls.key and, for clients' certificates, ca.crt: cert-manager's form."
                          + " It needs the label pgbaton.dev/cluster: <cluster>. Another"
                          + " certificate in it is taken without a restart of PostgreSQL;"
                          + " pgpool's pods are replaced one by one."),
                  tls.optional(
                          "generated",
                          new BooleanType(),
                          "true: pgbaton makes an authority (Secret <cluster>-ca) and a certificate"
                              + " (Secret <cluster>-tls), and renews that.")
                      .orElse(false),
                  tls.optional(
                      "names",
                      FieldType.list(FieldTypes.SUBDOMAIN_NAME),
                      List.of(),
                      "With generated: host names that clients use, beside the Services'."),
                  tls.optional(
                      "clients",
                      FieldType.oneOf(Clients.class),
                      Clients.optional,
                      "required turns connections without TLS away, and the superuser's over the"
                          + " network."),
                  tls.optional(
                      "replication",
                      FieldType.oneOf(Replication.class),
                      Replication.password,
                      "How instances come to each other, to stream, copy and rewind."
                          + " clientCertificate: once every instance has one, the password of"
                          + " repmgr is not enough. To change it restarts the instances, one"
                          + " after another."),
                  tls.optional(
                      "replicationSecretName",
                      FieldTypes.SUBDOMAIN_NAME,
                      "With secretName and replication: clientCertificate: the Secret of that"
                          + " certificate, of the same form, type and label. Its CN is repmgr, and"
                          + " it is signed by an authority in ca.crt of secretName. With"
                          + " generated, pgbaton makes it (Secret <cluster>-replication).")));
}
