package dev.pgbaton.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who gets to the pods at all.
 *
 * @param daemonNamespace where pgbaton itself runs
 */
public record NetworkPolicySpec(List<Client> clients, String daemonNamespace) {
  /**
   * Pods, or addresses.
   *
   * @param namespace the cluster's own if absent
   * @param pods by their labels; all of the namespace's if there are none
   */
  public record Client(
      Optional<String> namespace, Map<String, String> pods, Optional<String> addresses) {}

  private static final FieldType<Client> CLIENT =
      FieldType.object(
          client ->
              new Client(
                  client.optional(
                      "namespace",
                      FieldTypes.LABEL_NAME,
                      "The clients' namespace; the cluster's own if absent."),
                  client.optional(
                      "pods",
                      FieldTypes.LABELS,
                      Map.of(),
                      "Labels of their pods; all pods of the namespace if absent."),
                  client.optional(
                      "addresses",
                      new AddressType(false),
                      "In the place of namespace and pods: addresses outside, as 10.0.0.0/8.")));

  static final FieldType<NetworkPolicySpec> TYPE =
      FieldType.object(
          policy ->
              new NetworkPolicySpec(
                  policy.required(
                      "clients",
                      FieldType.list(CLIENT),
                      "Who may reach PostgreSQL and pgpool. The cluster's own pods and pgbaton's"
                          + " always may."),
                  policy.required(
                      "daemonNamespace",
                      FieldTypes.LABEL_NAME,
                      "The namespace in which pgbaton runs: with another one it is shut out. Its pods have the label app.kubernetes.io/name: pgbaton.")));
}
