package dev.pgbaton.instance.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.cluster.LoginsTaken;
import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.UsersTaken;
import dev.pgbaton.cluster.VolumeSpace;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.Answer;
import dev.pgbaton.instance.Condition;
import dev.pgbaton.instance.InstanceStatus;
import dev.pgbaton.instance.TimelineHistory;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code /status}, as images/postgres/README.md documents it. */
public final class StatusJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private StatusJson() {}

  public static String write(InstanceStatus status) {
    return write(status, Optional.empty(), "", Condition.NONE);
  }

  static String write(
      InstanceStatus status, Optional<VolumeSpace> volume, String reason, Condition condition) {
    var json = MAPPER.createObjectNode();
    json.put("name", status.name());
    json.put("address", status.address());
    json.put("role", status.role().name().toLowerCase(Locale.ROOT));
    json.put("running", status.running());
    json.put("ready", status.ready());
    json.put("stopping", status.stopping());
    json.put("hasData", status.hasData());
    json.put("cutOff", status.cutOff());
    json.put("promised", status.promised());
    status.systemIdentifier().ifPresent(id -> json.put("systemIdentifier", id));
    status
        .position()
        .ifPresent(
            at -> json.put("timeline", at.timeline()).put("receivedLsn", at.lsn().toString()));
    status.replayed().ifPresent(lsn -> json.put("replayedLsn", lsn.toString()));
    status.streamingFrom().ifPresent(from -> json.put("streamingFrom", from));
    var switches = json.putArray("switches");
    status.history().switches().forEach(at -> switches.add(at.toString()));
    json.put("timelineEpoch", status.history().epoch());
    var former = json.putObject("formerEpochs");
    status.history().formerEpochs().forEach((t, epoch) -> former.put(t.toString(), epoch));
    json.put("reloadTaken", status.reloadTaken());
    var errors = json.putArray("configErrors");
    status.configErrors().forEach(errors::add);
    volume.ifPresent(
        space ->
            json.putObject("volume")
                .put("totalBytes", space.total())
                .put("freeBytes", space.free())
                .put("setAsideBytes", space.setAside()));
    status.answer().ifPresent(answer -> json.put("answer", answer.text()));
    json.put("reason", reason);
    var users =
        json.putObject("users")
            .put("taken", condition.users().hash())
            .put("rolesTaken", condition.users().roles());
    condition.users().errors().forEach(users.putArray("errors")::add);
    condition.users().mended().forEach(users.putArray("mended")::add);
    condition.users().mendedAt().ifPresent(at -> users.put("mendedAt", at.toString()));
    condition
        .logins()
        .ifPresent(
            l -> json.putObject("logins").put("taken", l.id()).put("waitsFor", l.waitsFor()));
    var kept = json.putArray("setAside");
    condition
        .setAside()
        .forEach(
            k ->
                kept.addObject().put("name", k.name()).put("bytes", k.bytes()).put("why", k.why()));
    condition
        .repmgrd()
        .ifPresent(
            r ->
                json.putObject("repmgrd")
                    .put("running", r.running())
                    .put("repaired", r.repaired()));
    return json.toString();
  }

  /**
   * @throws IllegalArgumentException if it is not a status
   */
  public static InstanceStatus read(String text) {
    try {
      var json = MAPPER.readTree(text);
      return new InstanceStatus(
          required(json, "name"),
          required(json, "address"),
          Role.valueOf(required(json, "role").toUpperCase(Locale.ROOT)),
          json.path("running").asBoolean(),
          json.path("ready").asBoolean(),
          json.path("stopping").asBoolean(),
          json.path("hasData").asBoolean(),
          json.path("cutOff").asBoolean(),
          json.path("promised").asBoolean(),
          text(json, "systemIdentifier"),
          text(json, "receivedLsn")
              .map(lsn -> new WalPosition(json.path("timeline").asInt(), Lsn.parse(lsn))),
          text(json, "replayedLsn").map(Lsn::parse),
          text(json, "streamingFrom"),
          new TimelineHistory(
              texts(json.path("switches")).stream().map(WalPosition::parse).toList(),
              json.path("timelineEpoch").asInt(),
              numbers(json.path("formerEpochs"))),
          text(json, "reloadTaken").orElse(""),
          texts(json.path("configErrors")),
          text(json, "answer").flatMap(Answer::parse));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not an instance's status", e);
    }
  }

  /**
   * What a status says beyond the instance's own state. Each part is empty where the status does
   * not speak of it, as one of an earlier version may not.
   *
   * @param volume how full the volume is
   * @param users what it took of declared users
   * @param logins what it took of the passwords of pgbaton's own roles
   * @param configErrors why it did not take the settings that are mounted
   * @param reason what its program waits for, in its own words
   */
  public record Told(
      Optional<VolumeSpace> volume,
      Optional<UsersTaken> users,
      Optional<LoginsTaken> logins,
      List<String> configErrors,
      String reason) {
    public static final Told NOTHING =
        new Told(Optional.empty(), Optional.empty(), Optional.empty(), List.of(), "");
  }

  /** What is no status tells nothing. */
  public static Told told(String text) {
    try {
      var json = MAPPER.readTree(text);
      return new Told(
          volume(json.path("volume")),
          users(json.path("users")),
          logins(json.path("logins")),
          texts(json.path("configErrors")),
          json.path("reason").asText());
    } catch (JsonProcessingException e) {
      return Told.NOTHING;
    }
  }

  private static Optional<VolumeSpace> volume(JsonNode json) {
    return json.has("totalBytes") && json.has("freeBytes")
        ? Optional.of(
            new VolumeSpace(
                json.get("totalBytes").asLong(),
                json.get("freeBytes").asLong(),
                json.path("setAsideBytes").asLong()))
        : Optional.empty();
  }

  private static Optional<UsersTaken> users(JsonNode json) {
    try {
      return json.has("taken")
          ? Optional.of(
              new UsersTaken(
                  json.get("taken").asText(),
                  // An earlier version says both at once.
                  text(json, "rolesTaken").orElse(json.get("taken").asText()),
                  texts(json.path("errors")),
                  texts(json.path("mended")),
                  text(json, "mendedAt").map(Instant::parse)))
          : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static Optional<LoginsTaken> logins(JsonNode json) {
    return json.has("taken")
        ? Optional.of(new LoginsTaken(json.get("taken").asText(), json.path("waitsFor").asText("")))
        : Optional.empty();
  }

  private static String required(JsonNode json, String field) {
    return text(json, field)
        .orElseThrow(() -> new IllegalArgumentException("a status without " + field));
  }

  private static Optional<String> text(JsonNode json, String field) {
    return Optional.ofNullable(json.get(field)).map(JsonNode::asText);
  }

  private static Map<Integer, Integer> numbers(JsonNode object) {
    return object.properties().stream()
        .collect(
            Collectors.toUnmodifiableMap(
                p -> Integer.valueOf(p.getKey()), p -> p.getValue().asInt()));
  }

  private static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(item -> texts.add(item.asText()));
    return List.copyOf(texts);
  }
}
