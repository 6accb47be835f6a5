package dev.pgbaton.spec;

import dev.pgbaton.cluster.ClusterId;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a person asked for: one PostgresCluster document, checked and with its defaults filled in.
 *
 * @param labels put on every generated object, beside pgbaton's own
 * @param instances PostgreSQL instances, primary included
 * @param rotation another word makes the passwords of pgbaton's own roles anew
 */
public record ClusterSpec(
    ClusterId id,
    Map<String, String> labels,
    int instances,
    String image,
    List<String> imagePullSecrets,
    StorageSpec storage,
    ResourceRequirements resources,
    PostgresqlSpec postgresql,
    int synchronousStandbys,
    Failover failover,
    Optional<PgpoolSpec> pgpool,
    SchedulingSpec scheduling,
    RolloutSpec rollout,
    Mode mode,
    Optional<String> rotation,
    List<UserSpec> users,
    List<DatabaseSpec> databases,
    AccessSpec access,
    Optional<TlsSpec> tls,
    Optional<TakenOver> takenOver) {

  /** How soon a lost primary is replaced; see docs/promises.md. */
  public enum Failover {
    fast,
    relaxed
  }

  /** How far pgbaton may go. */
  public enum Mode {
    apply,
    observe,
    suspend
  }

  /** What is asked for, by the path of the field that asks. */
  public SortedMap<String, Integer> nodePorts() {
    var ports = new TreeMap<String, Integer>();
    var kept = takenOver.flatMap(TakenOver::pgpool);
    if (pgpool.isEmpty()) return ports;
    if (kept.isEmpty())
      pgpool
          .get()
          .service()
          .nodePort()
          .ifPresent(port -> ports.put("spec.pgpool.service.nodePort", port));
    var services = kept.map(TakenOver.Pgpool::services).orElse(List.of());
    for (var i = 0; i < services.size(); i++) {
      var path = "spec.takenOver.pgpool.services[%d].nodePort".formatted(i);
      services.get(i).nodePort().ifPresent(port -> ports.put(path, port));
    }
    return ports;
  }

  public static final String API_VERSION = "pgbaton.dev/v1alpha1";
  public static final String KIND = "PostgresCluster";

  static ClusterSpec read(Fields document) {
    document.required("apiVersion", FieldType.constant(API_VERSION), "The version of this format.");
    document.required("kind", FieldType.constant(KIND), "What this document describes.");
    var metadata =
        document.required("metadata", Metadata.TYPE, "Name, namespace and labels of the cluster.");
    return document.required(
        "spec", FieldType.object(spec -> read(spec, metadata)), "The cluster as it shall be.");
  }

  private static ClusterSpec read(Fields spec, Metadata metadata) {
    return new ClusterSpec(
        metadata.id(),
        metadata.labels(),
        spec.required(
            "instances",
            FieldType.integer(1, 9),
            "How many PostgreSQL instances there are, the primary included."),
        spec.required(
            "image", FieldTypes.IMAGE, "PostgreSQL's image, built by pgbaton's images/postgres."),
        spec.optional(
            "imagePullSecrets",
            FieldType.list(FieldTypes.NAME_REFERENCE),
            List.of(),
            "Secrets of the namespace that hold the registry's credentials."),
        spec.required("storage", StorageSpec.TYPE, "Each instance's volume."),
        spec.optional(
            "resources",
            FieldTypes.RESOURCES,
            new ResourceRequirements(),
            "What each PostgreSQL container requests and is limited to."),
        spec.optional(
            "postgresql", PostgresqlSpec.TYPE, PostgresqlSpec.DEFAULT, "PostgreSQL itself."),
        spec.optional(
            "replication",
            FieldType.object(
                replication ->
                    replication.optional(
                        "synchronousStandbys",
                        FieldType.integer(0, 8),
                        0,
                        "How many standbys confirm a commit before the client hears of it; 0 is"
                            + " asynchronous.")),
            0,
            "How commits reach the standbys."),
        spec.optional(
            "failover",
            FieldType.oneOf(Failover.class),
            Failover.fast,
            "How soon another instance takes the place of a primary that is lost without a word:"
                + " fast after 10 s, for a write to the API server every 2 s; relaxed after 25 s,"
                + " for one every 5 s, and it bears longer pauses of the node. No restart."),
        spec.optional(
            "pgpool", PgpoolSpec.TYPE, "pgpool-II before the cluster; without it there is none."),
        spec.optional(
            "scheduling", SchedulingSpec.TYPE, SchedulingSpec.DEFAULT, "Where the pods may run."),
        spec.optional(
            "rollout", RolloutSpec.TYPE, RolloutSpec.DEFAULT, "How changes are brought about."),
        spec.optional(
            "mode",
            FieldType.oneOf(Mode.class),
            Mode.apply,
            "How far pgbaton may go: observe only says what it would do, suspend not even that;"
                + " nothing is written to the cluster's namespace then."),
        spec.optional(
            "credentials",
            FieldType.object(
                credentials ->
                    credentials.optional(
                        "rotation",
                        FieldTypes.WORD,
                        "Another word here makes the passwords of pgbaton's own roles and of the"
                            + " superuser anew, without a restart: a date, or a number in quotes.")),
            Optional.<String>empty(),
            "The passwords of the superuser and of pgbaton's own roles, which are generated."),
        spec.optional(
            "users",
            FieldType.list(UserSpec.TYPE),
            List.of(),
            "PostgreSQL's roles. What is not here is never touched, what was taken out of here"
                + " stays."),
        spec.optional(
            "databases",
            FieldType.list(DatabaseSpec.TYPE),
            List.of(),
            "PostgreSQL's databases. What is not here is never touched, what was taken out of here"
                + " stays."),
        spec.optional("access", AccessSpec.TYPE, AccessSpec.DEFAULT, "Who may connect."),
        spec.optional(
            "tls",
            TlsSpec.TYPE,
            "The certificate of PostgreSQL and pgpool; without it there is no TLS. The first one"
                + " restarts the instances, one after another."),
        spec.optional(
            "takenOver",
            TakenOver.TYPE,
            "What the cluster keeps of the manifests that it was made by; pgbaton convert writes"
                + " it. Not for a new cluster, and not to be changed."));
  }
}
