package dev.pgbaton.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgbaton.catalog.Declaration.Database;
import dev.pgbaton.catalog.Declaration.Extension;
import dev.pgbaton.catalog.Declaration.Gone;
import dev.pgbaton.catalog.Declaration.Grant;
import dev.pgbaton.catalog.Declaration.Schema;
import dev.pgbaton.catalog.Declaration.User;
import dev.pgbaton.catalog.Declaration.Verifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** A declaration on its way from the daemon to the primary. */
public final class DeclarationJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private DeclarationJson() {}

  /** The same declaration gives the same text. */
  public static String write(Declaration declaration) {
    var json = MAPPER.createObjectNode();
    var users = json.putArray("users");
    declaration.users().forEach(user -> write(user, users.addObject()));
    var databases = json.putArray("databases");
    declaration.databases().forEach(database -> write(database, databases.addObject()));
    return json.toString();
  }

  private static void write(User user, ObjectNode json) {
    json.put("name", user.name()).put("present", user.present()).put("login", user.login());
    user.connectionLimit().ifPresent(limit -> json.put("connectionLimit", limit));
    user.memberOf().forEach(json.putArray("memberOf")::add);
    var settings = json.putObject("settings");
    new TreeMap<>(user.settings()).forEach(settings::put);
    user.verifier().ifPresent(verifier -> json.put("verifier", verifier.text()));
    // Whoever says nothing of it is older, and adopts.
    if (!user.adopt()) json.put("adopt", false);
    if (!user.notMemberOf().isEmpty())
      user.notMemberOf().forEach(json.putArray("notMemberOf")::add);
  }

  private static void write(Database database, ObjectNode json) {
    json.put("name", database.name())
        .put("present", database.present())
        .put("owner", database.owner());
    if (!database.adopt()) json.put("adopt", false);
    database.encoding().ifPresent(value -> json.put("encoding", value));
    database.locale().ifPresent(value -> json.put("locale", value));
    database.template().ifPresent(value -> json.put("template", value));
    database.connectionLimit().ifPresent(limit -> json.put("connectionLimit", limit));
    var extensions = json.putArray("extensions");
    for (var extension : database.extensions()) {
      var entry = extensions.addObject().put("name", extension.name());
      extension.version().ifPresent(value -> entry.put("version", value));
      extension.schema().ifPresent(value -> entry.put("schema", value));
    }
    var schemas = json.putArray("schemas");
    for (var schema : database.schemas())
      schemas.addObject().put("name", schema.name()).put("owner", schema.owner());
    write(database.grants(), json.putArray("grants"));
    if (database.gone().equals(Gone.NONE)) return;
    var gone = json.putObject("gone");
    database.gone().extensions().forEach(gone.putArray("extensions")::add);
    database.gone().schemas().forEach(gone.putArray("schemas")::add);
    write(database.gone().grants(), gone.putArray("grants"));
  }

  private static void write(List<Grant> grants, ArrayNode json) {
    for (var grant : grants) {
      var entry = json.addObject().put("to", grant.to());
      grant.privileges().forEach(entry.putArray("privileges")::add);
      grant.schema().ifPresent(value -> entry.put("schema", value));
    }
  }

  /**
   * @throws IllegalArgumentException if it is none; what it is is not repeated
   */
  public static Declaration read(String text) {
    try {
      var json = MAPPER.readTree(text);
      return new Declaration(
          each(json.path("users"), DeclarationJson::user),
          each(json.path("databases"), DeclarationJson::database));
    } catch (JsonProcessingException e) {
      // Its message would show a piece of the text.
      throw new IllegalArgumentException("it is not JSON");
    }
  }

  private static User user(JsonNode json) {
    var settings = new TreeMap<String, String>();
    for (Map.Entry<String, JsonNode> setting : json.path("settings").properties())
      settings.put(setting.getKey(), setting.getValue().asText());
    return new User(
        required(json, "name"),
        json.path("present").asBoolean(true),
        json.path("login").asBoolean(true),
        number(json, "connectionLimit"),
        each(json.path("memberOf"), JsonNode::asText),
        settings,
        text(json, "verifier").map(Verifier::new),
        json.path("adopt").asBoolean(true),
        each(json.path("notMemberOf"), JsonNode::asText));
  }

  private static Database database(JsonNode json) {
    return new Database(
        required(json, "name"),
        json.path("present").asBoolean(true),
        text(json, "owner").orElse(""),
        text(json, "encoding"),
        text(json, "locale"),
        text(json, "template"),
        number(json, "connectionLimit"),
        each(
            json.path("extensions"),
            e -> new Extension(required(e, "name"), text(e, "version"), text(e, "schema"))),
        each(json.path("schemas"), s -> new Schema(required(s, "name"), required(s, "owner"))),
        each(json.path("grants"), DeclarationJson::grant),
        json.path("adopt").asBoolean(true),
        new Gone(
            each(json.path("gone").path("extensions"), JsonNode::asText),
            each(json.path("gone").path("schemas"), JsonNode::asText),
            each(json.path("gone").path("grants"), DeclarationJson::grant)));
  }

  private static Grant grant(JsonNode json) {
    return new Grant(
        required(json, "to"),
        each(json.path("privileges"), JsonNode::asText),
        text(json, "schema"));
  }

  private static String required(JsonNode json, String field) {
    return text(json, field)
        .orElseThrow(() -> new IllegalArgumentException("an entry has no " + field));
  }

  private static Optional<String> text(JsonNode json, String field) {
    return Optional.ofNullable(json.get(field)).map(JsonNode::asText);
  }

  private static Optional<Integer> number(JsonNode json, String field) {
    return Optional.ofNullable(json.get(field)).map(JsonNode::asInt);
  }

  private static <T> List<T> each(JsonNode array, Function<JsonNode, T> read) {
    var values = new ArrayList<T>();
    array.forEach(item -> values.add(read.apply(item)));
    return List.copyOf(values);
  }
}
