package dev.pgbaton.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a cluster keeps of the manifests that it was made by, so that its volumes, passwords, names
 * and node ports stay: Kubernetes lets nobody change most of it later.
 *
 * @param selector of the StatefulSet
 * @param inOrder the StatefulSet waits for each pod before it makes the next
 * @param disruptionBudget the name of the one that selects the instances; another one beside it
 *     would keep them from being evicted
 */
public record TakenOver(
    String headlessService,
    Map<String, String> selector,
    boolean inOrder,
    Map<String, String> claimLabels,
    Map<String, String> claimAnnotations,
    Optional<String> disruptionBudget,
    Optional<Integer> user,
    Optional<Integer> group,
    Data data,
    Credentials credentials,
    Optional<Pgpool> pgpool) {

  /**
   * @param mountPath where the volume is mounted
   * @param directory PGDATA, below it
   */
  public record Data(String mountPath, String directory) {}

  /** A Secret of the namespace that pgbaton reads and never writes, and its keys. */
  public record Credentials(String name, String superuserKey, String repmgrKey) {}

  /**
   * @param selector of the Deployment, and of the Services
   */
  public record Pgpool(String deployment, Map<String, String> selector, List<Service> services) {}

  public record Service(String name, ServiceSpec.Type type, Optional<Integer> nodePort) {}

  private enum PodManagementPolicy {
    OrderedReady,
    Parallel
  }

  private static final FieldType<Integer> ID = FieldType.integer(1, Integer.MAX_VALUE);

  private static final FieldType<Data> DATA =
      FieldType.object(
          data ->
              new Data(
                  data.required(
                      "mountPath", FieldTypes.PATH, "Where each instance's volume is mounted."),
                  data.required(
                      "directory", FieldTypes.PATH, "PGDATA: a directory below mountPath.")));

  private static final FieldType<Credentials> CREDENTIALS =
      FieldType.object(
          secret ->
              new Credentials(
                  secret.required(
                      "name",
                      FieldTypes.SUBDOMAIN_NAME,
                      "The Secret's name, in the cluster's namespace. pgbaton never writes it."),
                  secret.required(
                      "superuserKey",
                      FieldTypes.TEXT,
                      "Its key with the password of the role postgres."),
                  secret.required(
                      "repmgrKey",
                      FieldTypes.TEXT,
                      "Its key with the password of the role repmgr.")));

  private static final FieldType<Service> SERVICE =
      FieldType.object(
          service ->
              new Service(
                  service.required("name", FieldTypes.LABEL_NAME, "The Service's name."),
                  service.optional(
                      "type",
                      FieldType.oneOf(ServiceSpec.Type.class),
                      ServiceSpec.Type.ClusterIP,
                      "The Service's type."),
                  service.optional(
                      "nodePort", FieldType.integer(1, 65535), "The port on every node.")));

  private static final FieldType<Pgpool> PGPOOL =
      FieldType.object(
          pgpool ->
              new Pgpool(
                  pgpool.required(
                      "deployment", FieldTypes.SUBDOMAIN_NAME, "The Deployment's name."),
                  pgpool.required(
                      "selector", FieldTypes.LABELS, "The labels by which it selects its pods."),
                  pgpool.required(
                      "services",
                      FieldType.list(SERVICE),
                      "The Services that lead to it, instead of one named after the cluster.")));

  static final FieldType<TakenOver> TYPE = FieldType.object(TakenOver::read);

  private static TakenOver read(Fields fields) {
    return new TakenOver(
        fields.required(
            "headlessService",
            FieldTypes.LABEL_NAME,
            "The StatefulSet's serviceName, which is in every instance's host name."),
        fields.required(
            "selector", FieldTypes.LABELS, "The labels by which the StatefulSet selects its pods."),
        fields.optional(
                "podManagementPolicy",
                FieldType.oneOf(PodManagementPolicy.class),
                PodManagementPolicy.OrderedReady,
                "The StatefulSet's.")
            == PodManagementPolicy.OrderedReady,
        fields.optional(
            "claimLabels", FieldTypes.LABELS, Map.of(), "The labels of its claim template."),
        fields.optional(
            "claimAnnotations",
            FieldTypes.ANNOTATIONS,
            Map.of(),
            "The annotations of its claim template."),
        fields.optional(
            "disruptionBudget",
            FieldTypes.SUBDOMAIN_NAME,
            "The name of the PodDisruptionBudget of the instances."),
        fields.optional("user", ID, "The numeric user who owns the data; the image's if absent."),
        fields.optional("group", ID, "The pods' fsGroup; the user's number if absent."),
        fields.required("data", DATA, "Where the data lies on the volume."),
        fields.required("credentials", CREDENTIALS, "Where the passwords lie."),
        fields.optional("pgpool", PGPOOL, "What pgpool keeps."));
  }
}
