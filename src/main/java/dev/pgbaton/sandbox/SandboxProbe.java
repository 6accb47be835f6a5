package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.LoginsTaken;
import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.spec.SettingsCatalogue;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Asks PostgreSQL as a client does. */
final class SandboxProbe implements InstanceProbe {
  private final World world;

  SandboxProbe(World world) {
    this.world = world;
  }

  @Override
  public Map<String, Answer> ask(ClusterLayout layout, List<Pod> pods, Set<String> settings) {
    var site = world.site(layout.id());
    var answers = new LinkedHashMap<String, Answer>();
    for (Pod pod : pods) {
      var name = pod.getMetadata().getName();
      answers.put(
          name,
          site.network()
              .at(name)
              .filter(_ -> site.network().connected(DAEMON, name))
              .map(InstanceProgram::server)
              .filter(PostgresServer::running)
              .<Answer>map(
                  s -> answer(s, settings).with(Optional.empty(), Optional.empty(), taken(pod)))
              .orElseGet(() -> new Answer.Unknown("connection refused")));
    }
    return answers;
  }

  /** The daemon's end of a line that can be cut. */
  static final String DAEMON = "daemon";

  private static Answer.Known answer(PostgresServer server, Set<String> names) {
    var standbys = new TreeMap<String, Standby>();
    var wanted = server.synchronousStandbys();
    server
        .links()
        .forEach(
            l ->
                standbys.put(
                    l.standby().name(),
                    new Standby(
                        true, Math.max(0, server.flushed() - l.standby().replayed()), wanted > 0)));
    var settings = new TreeMap<String, Setting>();
    for (var name : names) {
      var value = server.settings().get(name);
      if (value != null) settings.put(name, new Setting(value, "", false));
      else unset(name).ifPresent(setting -> settings.put(name, setting));
    }
    return new Answer.Known(
        server.writable() ? Role.PRIMARY : Role.REPLICA,
        server.branch().timeline(),
        new Lsn(server.flushed()),
        standbys,
        settings,
        server.fileErrors(),
        Optional.empty());
  }

  /** Whoever was told has it. */
  private static Optional<LoginsTaken> taken(Pod pod) {
    return Optional.of(new LoginsTaken(Annotations.of(pod, Names.LOGINS).orElse(""), ""));
  }

  /** PostgreSQL shows what was never set, too. */
  private static Optional<Setting> unset(String name) {
    return SettingsCatalogue.get(name)
        .map(known -> new Setting(known.initial().orElse(""), known.unit().orElse(""), false));
  }
}
