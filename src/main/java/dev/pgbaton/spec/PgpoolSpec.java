package dev.pgbaton.spec;

import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.Map;
import java.util.Optional;

/**
 * pgpool-II before the cluster.
 *
 * @param usersSecret pgpool answers SCRAM on both sides, so it must know the password of everyone
 *     who connects through it
 */
public record PgpoolSpec(
    int instances,
    String image,
    ResourceRequirements resources,
    Map<String, String> parameters,
    Optional<String> usersSecret,
    ServiceSpec service) {
  /** Why it can't be among the parameters, going on after the name; empty where it can. */
  public static Optional<String> wrongParameter(String name, String value) {
    return PgpoolParameters.wrong(name, value);
  }

  static final FieldType<PgpoolSpec> TYPE =
      FieldType.object(
          pgpool ->
              new PgpoolSpec(
                  pgpool.optional(
                      "instances", FieldType.integer(1, 20), 2, "How many pgpool pods there are."),
                  pgpool.required(
                      "image",
                      FieldTypes.IMAGE,
                      "pgpool's image, built by pgbaton's images/pgpool."),
                  pgpool.optional(
                      "resources",
                      FieldTypes.RESOURCES,
                      new ResourceRequirements(),
                      "What each pgpool container requests and is limited to."),
                  pgpool.optional(
                      "parameters",
                      PgpoolParameters.TYPE,
                      Map.of(),
                      "pgpool's settings, as in pgpool.conf."),
                  pgpool.optional(
                      "usersSecret",
                      FieldTypes.NAME_REFERENCE,
                      "A Secret of the namespace with users who connect through pgpool and are not"
                          + " among spec.users: each key a user, its value the password."),
                  pgpool.optional(
                      "service",
                      ServiceSpec.TYPE,
                      ServiceSpec.DEFAULT,
                      "How clients reach pgpool.")));
}
