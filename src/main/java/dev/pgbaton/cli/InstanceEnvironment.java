package dev.pgbaton.cli;

import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.DerivedPassword;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.OwnersData;
import dev.pgbaton.instance.Identity;
import dev.pgbaton.instance.InstanceSettings;
import dev.pgbaton.postgres.Credentials;
import dev.pgbaton.postgres.InstancePaths;
import dev.pgbaton.postgres.NewData;
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
  private static final String MOUNTED = "/etc/pgbaton/credentials/";
  private static final String MONITOR_KEY = "pgbaton-password";

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
  final Path mountedCredentials = Path.of(MOUNTED);
  final NewData newData;
  final int reconnectAttempts;
  final int reconnectInterval;

  /** Somebody else's StatefulSet may wait for each pod to be Ready before it makes the next. */
  final boolean startsInOrder;

  /** The manifests are a person's, and the passwords are in Secrets of theirs. */
  final boolean fromEnvironment;

  /**
   * @throws IllegalArgumentException that names everything that is wrong at once
   */
  InstanceEnvironment(Map<String, String> variables, OwnPod pod) {
    this.variables = RepmgrVariables.completed(variables, pod);
    var cluster = required("PGBATON_CLUSTER");
    var namespace = required("PGBATON_NAMESPACE");
    var name = required("PGBATON_POD");
    var uid = required("PGBATON_POD_UID");
    var address = required("PGBATON_POD_IP");
    var instances = number("PGBATON_INSTANCES", 1);
    var synchronous =
        number("PGBATON_SYNCHRONOUS_STANDBYS", number("POSTGRESQL_NUM_SYNCHRONOUS_REPLICAS", 0));
    failover = failover();
    startsInOrder = RepmgrVariables.areOwners(variables);
    fromEnvironment = RepmgrVariables.areOwners(variables);
    patience = Duration.ofSeconds(number("PGBATON_PATIENCE_SECONDS", 60));
    this.synchronousStandbys = synchronous;
    var passwords =
        List.of(
            password(RepmgrVariables.SUPERUSER, "postgres-password", Optional.empty()),
            password(RepmgrVariables.REPMGR, "repmgr-password", Optional.empty()));
    var superuser = passwords.getFirst();
    var ownersCredentials = fromEnvironment || text("PGBATON_DERIVED_PASSWORD", "").equals("true");
    var monitor =
        password(
            List.of("PGBATON_PASSWORD"),
            MONITOR_KEY,
            ownersCredentials
                ? superuser.map(p -> DerivedPassword.of(p.value(), namespace, cluster))
                : Optional.empty());
    reconnectAttempts = number("REPMGR_RECONNECT_ATTEMPTS", 3);
    reconnectInterval = number("REPMGR_RECONNECT_INTERVAL", 2);
    if (!wrong.isEmpty()) throw new IllegalArgumentException(String.join("\n", wrong));

    layout =
        ClusterLayout.generated(
                new ClusterId(namespace, cluster),
                instances,
                false,
                new Capabilities(true, Duration.ofSeconds(30)))
            .withHeadlessService(text("PGBATON_HEADLESS_SERVICE", cluster + "-headless"));
    self = new Identity(name, uid, members(name, instances), address);
    settings = InstanceSettings.of(failover, patience, synchronous);
    paths =
        new InstancePaths(
            Path.of(text("POSTGRESQL_BIN_DIR", "/usr/lib/postgresql/17/bin")),
            Path.of(data(RepmgrVariables.areOwners(variables))),
            run(),
            Path.of("/etc/pgbaton/restart/restart.conf"),
            Path.of("/etc/pgbaton/reload"));
    credentials =
        new Credentials(
            superuser.orElseThrow(), passwords.get(1).orElseThrow(), monitor.orElseThrow());
    var arguments = text("POSTGRESQL_INITDB_ARGS", "").strip();
    newData =
        new NewData(
            arguments.isEmpty() ? List.of() : List.of(arguments.split("\\s+")),
            // Whose Secret has the superuser's password may have applications that come with it.
            !ownersCredentials);
  }

  /** Others' manifests may have no volume for it, and make the image's files unwritable. */
  private static Path run() {
    var run = Path.of("/run/pgbaton");
    return Files.isDirectory(run) && !Files.isWritable(run) ? Path.of("/tmp/pgbaton") : run;
  }

  private String data(boolean owners) {
    return owners
        ? OwnersData.directory(name -> Optional.of(text(name, "")).filter(v -> !v.isEmpty()))
        : text("POSTGRESQL_DATA_DIR", text("PGDATA", "/var/lib/pgbaton/data/pgdata"));
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

  /** A mounted file may have changed since the start. */
  Password monitorPassword() {
    var file = monitorFile();
    return Files.isReadable(file)
        ? Password.read(file)
        : credentials.of(Names.MONITOR_USER).orElseThrow();
  }

  private Path monitorFile() {
    return Path.of(text("PGBATON_PASSWORD_FILE", MOUNTED + MONITOR_KEY));
  }

  /**
   * @param names of variables with the password; with {@code _FILE} behind it, of its file
   * @param otherwise where no variable and no mounted file has it
   */
  private Optional<Password> password(List<String> names, String key, Optional<String> otherwise) {
    for (var name : names) {
      var file = text(name + "_FILE", "");
      if (!file.isEmpty()) return read(name + "_FILE", Path.of(file));
      var value = text(name, "");
      if (!value.isEmpty()) return Optional.of(new Password(value));
    }
    var mounted = Path.of(MOUNTED + key);
    return otherwise.isPresent() && !Files.isReadable(mounted)
        ? otherwise.map(Password::new)
        : read(names.getFirst() + "_FILE", mounted);
  }

  private Optional<Password> read(String name, Path path) {
    if (Files.isReadable(path)) return Optional.of(Password.read(path));
    wrong.add(name + ": there is no readable file " + path);
    return Optional.empty();
  }
}
