package dev.pgbaton.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * repmgr's daemon: it notices a lost primary by its own means, and proposes that the Lease be
 * looked at.
 */
public final class Repmgrd {
  private static final Duration PAUSE = Duration.ofSeconds(10);

  /** Whom it watches, and with which logins; another one needs another process. */
  private record Assignment(String primary, String turn) {}

  private final InstancePaths paths;
  private final ServerConfiguration configuration;
  private final List<String> members;
  private final String name;
  private final String options;
  private final Consumer<String> log;
  private volatile Process process;
  private Assignment present;
  private Duration endedAt = Duration.ofDays(-1);

  public Repmgrd(
      InstancePaths paths,
      String name,
      Neighbours neighbours,
      CurrentCredentials credentials,
      List<String> members,
      int reconnectAttempts,
      int reconnectInterval,
      Consumer<String> log) {
    this.paths = paths;
    this.name = name;
    this.members = members;
    this.configuration = new ServerConfiguration(paths, name, neighbours, credentials);
    this.options =
        "reconnect_attempts=%d\nreconnect_interval=%d\n"
            .formatted(reconnectAttempts, reconnectInterval);
    this.log = log;
  }

  public boolean running() {
    var now = process;
    return now != null && now.isAlive();
  }

  /** Makes it watch this primary; called again and again. */
  public void assign(String primary, Duration now) {
    var assignment = new Assignment(primary, configuration.turn());
    if (process != null && process.isAlive() && assignment.equals(present)) return;
    if (process != null && process.isAlive()) {
      stop();
      endedAt = now.minus(PAUSE);
    } else if (process != null) {
      log.accept(
          "repmgrd ended with %d; it is started again in %d s"
              .formatted(process.exitValue(), PAUSE.toSeconds()));
      process = null;
      endedAt = now;
    }
    if (now.minus(endedAt).compareTo(PAUSE) < 0) return;
    try {
      var file = paths.ofRepmgr();
      Files.writeString(file, text());
      process =
          new ProcessBuilder(
                  "/usr/lib/postgresql/17/bin/repmgrd",
                  "-f",
                  file.toString(),
                  "--daemonize=false",
                  // Its file would outlive the container, and the number in it be a thread of ours.
                  "--no-pid-file")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .start();
      present = assignment;
    } catch (IOException e) {
      endedAt = now;
      log.accept("repmgrd can't be started: " + e.getMessage());
    }
  }

  public void stop() {
    if (process == null) return;
    process.destroy();
    process = null;
  }

  private String text() {
    return """
    node_id=%d
    node_name='%s'
    conninfo='%s'
    data_directory='%s'
    use_replication_slots=no
    replication_user='%s'
    pg_bindir='%s'
    failover=automatic
    promote_command='/usr/local/bin/pgbaton-ask propose'
    follow_command='/bin/true'
    monitor_interval_secs=2
    log_level=WARNING
    %s"""
        .formatted(
            RepmgrNodes.id(members, name),
            name,
            RepmgrNodes.conninfo(configuration, name),
            paths.data(),
            configuration.login(),
            paths.binaries(),
            options);
  }
}
