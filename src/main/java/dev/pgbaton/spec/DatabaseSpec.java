package dev.pgbaton.spec;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A database of PostgreSQL.
 *
 * @param encoding as locale and template: only of use when it is made
 */
public record DatabaseSpec(
    String name,
    Ensure ensure,
    Optional<String> owner,
    Optional<String> encoding,
    Optional<String> locale,
    Optional<String> template,
    Optional<Integer> connectionLimit,
    List<Extension> extensions,
    List<Schema> schemas,
    List<Grant> grants,
    boolean adopt) {

  public record Extension(
      String name, Optional<String> version, Optional<String> schema, Ensure ensure) {}

  /**
   * @param owner the database's owner if it is absent
   */
  public record Schema(String name, Optional<String> owner, Ensure ensure) {}

  /**
   * @param schema absent = on the database itself
   */
  public record Grant(
      String to, List<Privilege> privileges, Optional<String> schema, Ensure ensure) {}

  /** PostgreSQL's own words, and what they are about. */
  public enum Privilege {
    CONNECT,
    TEMPORARY,
    CREATE,
    USAGE,
    SELECT,
    INSERT,
    UPDATE,
    DELETE,
    TRUNCATE,
    REFERENCES,
    TRIGGER;

    public boolean ofDatabase() {
      return this == CONNECT || this == TEMPORARY || this == CREATE;
    }

    public boolean ofSchema() {
      return this == USAGE || this == CREATE;
    }

    public boolean ofTables() {
      return !ofDatabase() && !ofSchema();
    }
  }

  private static TextType<String> text(String expected, String example, String pattern) {
    return new TextType<>(Pattern.compile(pattern), 63, false, expected, example, name -> name);
  }

  private static Ensure ensure(Fields fields, String description) {
    return fields.optional("ensure", FieldType.oneOf(Ensure.class), Ensure.present, description);
  }

  private static final FieldType<String> NAME =
      new IdentifierType(
          text(
              "a name of at most 63 characters, none of them a control character",
              "name",
              "[^\\x00-\\x1f\\x7f]+"));

  private static final FieldType<Extension> EXTENSION =
      FieldType.object(
          extension ->
              new Extension(
                  extension.required(
                      "name", NAME, "As CREATE EXTENSION takes it; its files are the image's."),
                  extension.optional(
                      "version",
                      FieldTypes.VERSION,
                      "Which version; whichever it has, or the newest, if it is absent."),
                  extension.optional(
                      "schema",
                      NAME,
                      "Where its objects are; public if it is absent when the extension is made."),
                  ensure(
                      extension,
                      "absent drops it, unless something in the database uses it. Without its entry"
                          + " here it stays.")));

  private static final FieldType<Schema> SCHEMA =
      FieldType.object(
          schema ->
              new Schema(
                  schema.required("name", NAME, "The schema's name."),
                  schema.optional(
                      "owner",
                      UserSpec.NAME,
                      "A user of this spec; the database's owner if it is absent."),
                  ensure(
                      schema,
                      "absent drops it, unless something is in it. Without its entry here it"
                          + " stays.")));

  private static final FieldType<Grant> GRANT =
      FieldType.object(
          grant ->
              new Grant(
                  grant.required("to", UserSpec.NAME, "A user of this spec."),
                  grant.required(
                      "privileges",
                      FieldType.list(FieldType.oneOf(Privilege.class)),
                      "CONNECT, TEMPORARY and CREATE on the database; with a schema, USAGE and CREATE on"
                          + " it, and the others on all of its tables, also those that the owners of"
                          + " schema and database make later. INSERT includes the sequences' USAGE."),
                  grant.optional(
                      "schema", NAME, "The schema; on the database itself if it is absent."),
                  ensure(
                      grant,
                      "absent takes these privileges away, of the owners' grants; on a schema's"
                          + " tables also where only some have them. Without its entry here they stay"
                          + " granted.")));

  static final FieldType<DatabaseSpec> TYPE =
      FieldType.object(
          database ->
              new DatabaseSpec(
                  database.required("name", NAME, "The database's name."),
                  ensure(
                      database,
                      "absent drops it with all of its data, once nobody is connected to it. Without its"
                          + " entry here it stays."),
                  database.optional(
                      "owner",
                      UserSpec.NAME,
                      "A user of this spec. Not needed for one that is absent."),
                  database.optional(
                      "encoding",
                      text("an encoding such as UTF8", "UTF8", "[A-Za-z0-9_]+"),
                      "Its encoding; the template's if it is absent. Can't be changed later."),
                  database.optional(
                      "locale",
                      text("a locale such as C.UTF-8", "C.UTF-8", "[A-Za-z0-9_.@-]+"),
                      "Its collation and character classes; the template's if it is absent. Can't be"
                          + " changed later."),
                  database.optional(
                      "template",
                      NAME,
                      "What it is copied from: template1, or template0 with an encoding or a locale. Only"
                          + " of use when it is made."),
                  database.optional(
                      "connectionLimit",
                      FieldType.integer(-1, 262_143),
                      "How many sessions it may have; -1 is any number."),
                  database.optional(
                      "extensions",
                      FieldType.list(EXTENSION),
                      List.of(),
                      "Extensions that it has, or shall not have. One that is no longer here stays."),
                  database.optional(
                      "schemas",
                      FieldType.list(SCHEMA),
                      List.of(),
                      "Schemas that it has, or shall not have. One that is no longer here stays."),
                  database.optional(
                      "grants",
                      FieldType.list(GRANT),
                      List.of(),
                      "Who may do what, or no longer may. What is no longer here stays granted."),
                  database
                      .optional(
                          "adopt",
                          new BooleanType(),
                          "true: a database that is there already, made by others, gets another"
                              + " owner. Without it, it is left alone as long as it has another"
                              + " one.")
                      .orElse(false)));
}
