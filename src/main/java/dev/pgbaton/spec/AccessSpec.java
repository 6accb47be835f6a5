package dev.pgbaton.spec;

import dev.pgbaton.cluster.ClientRule;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who may connect.
 *
 * @param superuser absent = as the data was made
 * @param rules absent = everybody with a password, from everywhere
 */
public record AccessSpec(
    Optional<Superuser> superuser,
    Optional<List<ClientRule>> rules,
    Optional<NetworkPolicySpec> networkPolicy) {
  static final AccessSpec DEFAULT =
      new AccessSpec(Optional.empty(), Optional.empty(), Optional.empty());

  /** From where {@code postgres} may log in. */
  public enum Superuser {
    local,
    network
  }

  private static final List<String> EVERY = List.of(ClientRule.ALL);

  /** No slash at its beginning, which would make a regular expression of it. */
  private static FieldType<String> name(String first, String expected) {
    return new IdentifierType(
        new TextType<>(
            Pattern.compile(first + "[^\\x00-\\x1f\\x7f\",/+@&][^\\x00-\\x1f\\x7f\",]*"),
            64,
            false,
            expected,
            ClientRule.ALL,
            name -> name));
  }

  private static final FieldType<ClientRule> RULE =
      FieldType.object(
          rule ->
              new ClientRule(
                  rule.required(
                      "type",
                      FieldType.oneOf(ClientRule.Type.class),
                      "hostssl is only for connections with TLS, host for those without, too."),
                  rule.optional(
                      "databases",
                      FieldType.list(
                          name("", "a database's name, or all, sameuser, samerole or replication")),
                      EVERY,
                      "Databases by name, or all, sameuser, samerole, replication; all if absent."),
                  rule.optional(
                      "users",
                      FieldType.list(name("\\+?", "a role's name, +group or all")),
                      EVERY,
                      "Roles by name, +group for the members of one, or all; all if absent."),
                  rule.optional(
                      "addresses",
                      FieldType.list(new AddressType(true)),
                      EVERY,
                      "Where the connection comes from, as 10.0.0.0/8, or all; all if absent."
                          + " Through pgpool it comes from pgpool's pod."),
                  rule.optional(
                      "method",
                      FieldType.oneOf(ClientRule.Method.class),
                      ClientRule.Method.SCRAM,
                      "How who connects is known: by the password, by a client's certificate (its"
                          + " CN is the user), or not at all.")));

  static final FieldType<AccessSpec> TYPE =
      FieldType.object(
          access ->
              new AccessSpec(
                  access.optional(
                      "superuser",
                      FieldType.oneOf(Superuser.class),
                      "From where postgres logs in: local is inside an instance's pod only"
                          + " (kubectl exec), network is from everywhere, with its password. Absent:"
                          + " local for data that this version or a later one makes, network for"
                          + " what was there before or was taken over. Taken without a restart."),
                  access.optional(
                      "rules",
                      FieldType.list(RULE),
                      "As in pg_hba.conf: the first that fits counts, and who fits none is turned"
                          + " away. pgbaton's own come first: postgres is not let in over the"
                          + " network, and repmgr, with which instances follow, copy and rewind, only"
                          + " to replication and the databases postgres and repmgr. Taken without a"
                          + " restart. If it is absent, everybody with a password gets in, postgres"
                          + " as superuser says."),
                  access.optional(
                      "networkPolicy",
                      NetworkPolicySpec.TYPE,
                      "Who gets to the pods at all, where the cluster's network looks at"
                          + " NetworkPolicies; everybody if it is absent.")));
}
