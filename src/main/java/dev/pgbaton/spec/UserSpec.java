package dev.pgbaton.spec;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A role of PostgreSQL.
 *
 * @param memberOf roles whose rights it has
 * @param connectionLimit absent = whatever it is
 * @param adopt whether a role that is there, and that pgbaton knows nothing of, gets a generated
 *     password all the same
 * @param rotation another word makes its generated password anew
 * @param notMemberOf roles that it shall not be a direct member of
 */
public record UserSpec(
    String name,
    Ensure ensure,
    boolean login,
    List<String> memberOf,
    Optional<Integer> connectionLimit,
    Map<String, String> settings,
    PasswordSource password,
    Optional<String> rotation,
    boolean adopt,
    List<String> notMemberOf) {

  /** Whether somebody can log in as it, so that it has a password. */
  public boolean logsIn() {
    return ensure == Ensure.present && login;
  }

  /** As part of the name of a Secret, which may have no underscore. */
  public String inNames() {
    return name.replace('_', '-');
  }

  /** It is part of a Secret's name, and a line of pgpool's. */
  static final FieldType<String> NAME =
      new TextType<>(
          Pattern.compile("[a-z]([a-z0-9_-]*[a-z0-9])?"),
          63,
          false,
          "a name of at most 63 lower-case letters, digits, underscores and dashes that begins with a"
              + " letter and ends with a letter or digit",
          "name",
          name -> name);

  /** Any that PostgreSQL may have: others made it, or PostgreSQL itself. */
  static final FieldType<String> ANY_NAME =
      new IdentifierType(
          new TextType<>(
              Pattern.compile("[^\\x00-\\x1f\\x7f]+"),
              63,
              false,
              "a role's name",
              "name",
              name -> name));

  private static final FieldType<String> SETTING_NAME =
      new TextType<>(
          Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*(\\.[a-zA-Z_][a-zA-Z0-9_]*)*"),
          63,
          false,
          "the name of one of PostgreSQL's settings",
          "name",
          name -> name.toLowerCase(Locale.ROOT));

  private static final FieldType<String> SETTING_VALUE =
      new TextType<>(
          Pattern.compile("[^\\x00-\\x1f\\x7f]*"),
          1000,
          true,
          "a value of one line",
          "",
          value -> value);

  static final FieldType<UserSpec> TYPE =
      FieldType.object(
          user ->
              new UserSpec(
                  user.required("name", NAME, "The role's name."),
                  user.optional(
                      "ensure",
                      FieldType.oneOf(Ensure.class),
                      Ensure.present,
                      "absent removes it, unless something still belongs to it. Without its entry"
                          + " here it stays."),
                  user.optional(
                          "login",
                          new BooleanType(),
                          "Whether one can log in as it; true if it is absent. Without, it is a"
                              + " group, and has no password.")
                      .orElse(true),
                  user.optional(
                      "memberOf",
                      FieldType.list(ANY_NAME),
                      List.of(),
                      "Roles whose rights it has. What it was granted besides stays, but for"
                          + " notMemberOf."),
                  user.optional(
                      "connectionLimit",
                      FieldType.integer(-1, 262_143),
                      "How many sessions it may have; -1 is any number."),
                  user.optional(
                      "settings",
                      new MapType<>(SETTING_NAME, SETTING_VALUE),
                      Map.of(),
                      "PostgreSQL's settings of its sessions (ALTER ROLE … SET)."),
                  user.optional(
                      "password",
                      new PasswordType(),
                      new PasswordSource.Generated(),
                      "Where its password comes from: generated, as if it is absent, a Secret, a"
                          + " file that SOPS encrypted, or a vault. But for a Secret of yours, it is in the"
                          + " Secret <cluster>-<user>."),
                  user.optional(
                      "rotation",
                      FieldTypes.WORD,
                      "Another word here makes its generated password anew, without a restart: a"
                          + " date, or a number in quotes."),
                  user.optional(
                          "adopt",
                          new BooleanType(),
                          "true: a role that is there already, made by others, gets the generated"
                              + " password. Without it, it is left alone as long as no password is"
                              + " named.")
                      .orElse(false),
                  user.optional(
                      "notMemberOf",
                      FieldType.list(ANY_NAME),
                      List.of(),
                      "Roles that it is no longer a member of, whoever granted it. That it is one by"
                          + " another role stays.")));
}
