package dev.pgbaton.cli;

import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.instance.Identity;
import dev.pgbaton.instance.InstanceSettings;
import dev.pgbaton.postgres.Credentials;
import dev.pgbaton.postgres.InstancePaths;
import dev.pgbaton.postgres.Password;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The instance program's configuration: what images/postgres/README.md lists. */
final class InstanceEnvironment {
  private final Map<String, String> variables;
  private final List<String> wrong = new ArrayList<>();

  final ClusterLayout layout;
  final Identity self;
  final InstanceSettings settings;
  final InstanceSettings.Failover failover;
  final Duration patience;
  final int synchronousStandbys;
  final InstancePaths paths;
  final Credentials credentials;
  final List<String> initdbArguments;
  final int reconnectAttempts;
  final int reconnectInterval;

  /**
   * @throws IllegalArgumentException that names everything that is wrong at once
   */
  InstanceEnvironment(Map<String, String> variables) {
    this.variables = variables;
    var cluster = required("PGBATON_CLUSTER");
    var namespace = required("PGBATON_NAMESPACE");
    var pod = required("PGBATON_POD");
    var uid = required("PGBATON_POD_UID");
    var address = required("PGBATON_POD_IP");
    var instances = number("PGBATON_INSTANCES", 1);
    var synchronous =
        number("PGBATON_SYNCHRONOUS_STANDBYS", number("POSTGRESQL_NUM_SYNCHRONOUS_REPLICAS", 0));
    failover = failover();
    patience = Duration.ofSeconds(number("PGBATON_PATIENCE_SECONDS", 60));
    this.synchronousStandbys = synchronous;
    var passwords =
        List.of(
            file("POSTGRESQL_POSTGRES_PASSWORD_FILE", "postgres-password"),
            file("REPMGR_PASSWORD_FILE", "repmgr-password"),
            file("PGBATON_PASSWORD_FILE", "pgbaton-password"));
    reconnectAttempts = number("REPMGR_RECONNECT_ATTEMPTS", 3);
    reconnectInterval = number("REPMGR_RECONNECT_INTERVAL", 2);
    if (!wrong.isEmpty()) throw new IllegalArgumentException(String.join("\n", wrong));

    layout =
        ClusterLayout.generated(
            new ClusterId(namespace, cluster),
            instances,
            false,
            new Capabilities(true, Duration.ofSeconds(30)));
    self = new Identity(pod, uid, members(pod, instances), address);
    settings = InstanceSettings.of(failover, patience, synchronous);
    paths =
        new InstancePaths(
            Path.of(text("POSTGRESQL_BIN_DIR", "/usr/lib/postgresql/17/bin")),
            Path.of(text("POSTGRESQL_DATA_DIR", "/var/lib/pgbaton/data/pgdata")),
            Path.of("/run/pgbaton"),
            Path.of("/etc/pgbaton/restart/restart.conf"),
            Path.of("/etc/pgbaton/reload"));
    credentials =
        new Credentials(
            Password.read(passwords.get(0)),
            Password.read(passwords.get(1)),
            Password.read(passwords.get(2)));
    var arguments = text("POSTGRESQL_INITDB_ARGS", "").strip();
    initdbArguments = arguments.isEmpty() ? List.of() : List.of(arguments.split("\\s+"));
  }

  List<String> members(int instances) {
    return members(self.name(), instances);
  }

  private List<String> members(String pod, int instances) {
    var names = new ArrayList<String>();
    for (int ordinal = 0; ordinal < instances; ordinal++) names.add(layout.podName(ordinal));
    // One that is about to go, or was told before the others that it came.
    if (!names.contains(pod)) names.add(pod);
    return List.copyOf(names);
  }

  private InstanceSettings.Failover failover() {
    var asked = text("PGBATON_FAILOVER", "fast");
    return failover(asked)
        .orElseGet(
            () -> {
              wrong.add("PGBATON_FAILOVER is '" + asked + "': it must be fast or relaxed");
              return InstanceSettings.Failover.FAST;
            });
  }

  static Optional<InstanceSettings.Failover> failover(String text) {
    return switch (text) {
      case "fast" -> Optional.of(InstanceSettings.Failover.FAST);
      case "relaxed" -> Optional.of(InstanceSettings.Failover.RELAXED);
      default -> Optional.empty();
    };
  }

  private String text(String name, String otherwise) {
    var value = variables.get(name);
    return value == null || value.isBlank() ? otherwise : value;
  }

  private String required(String name) {
    var value = text(name, "");
    if (value.isEmpty()) wrong.add(name + " is not set");
    return value;
  }

  private int number(String name, int otherwise) {
    var value = text(name, Integer.toString(otherwise));
    try {
      var number = Integer.parseInt(value);
      if (number >= 0) return number;
    } catch (NumberFormatException e) {
      // said below
    }
    wrong.add(name + " is '" + value + "': it must be a whole number, 0 or more");
    return otherwise;
  }

  private Path file(String name, String key) {
    var path = Path.of(text(name, "/etc/pgbaton/credentials/" + key));
    if (!Files.isReadable(path)) wrong.add(name + ": there is no readable file " + path);
    return path;
  }
}
