package dev.pgbaton.postgres;

import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.LoginTurn.Which;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ServiceRole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;

/** The credentials Secret, once its passwords have changed, as the kubelet keeps it mounted. */
public final class MountedCredentials {
  private final Path directory;

  public MountedCredentials(Path directory) {
    this.directory = directory;
  }

  /**
   * Empty as long as there is no turn of logins, the passwords may come from elsewhere then; and
   * while it is not to be read as a whole.
   */
  public Optional<Credentials> read() {
    try {
      var state = state();
      var file = state.resolve(Names.LOGINS_KEY);
      if (!Files.isReadable(file)) return Optional.empty();
      var turn = LoginTurn.parse(Files.readString(file));
      if (turn.isEmpty()) return Optional.empty();
      var logins = new TreeMap<String, Password>();
      for (var role : ServiceRole.values()) {
        for (var which : Which.values()) {
          var password = state.resolve(role.key(which));
          if (!Files.isReadable(password)) continue;
          var read = Password.read(password);
          if (!read.value().isEmpty()) logins.put(role.login(which), read);
        }
        // Half a Secret, by somebody's hand: what was known before stays in use.
        if (!logins.containsKey(role.login(turn.get().inUse()))) return Optional.empty();
      }
      // Its files vanish one by one once there is another.
      if (!state.equals(state())) return Optional.empty();
      return Optional.of(
          new Credentials(Password.read(state.resolve(Names.SUPERUSER_PASSWORD)), logins, turn));
    } catch (IOException | UncheckedIOException e) {
      // Another state comes right now, or somebody made half a Secret: the next look tells.
      return Optional.empty();
    }
  }

  /** One state of it: the kubelet puts another directory in its place, as a whole. */
  private Path state() throws IOException {
    var link = directory.resolve("..data");
    return Files.exists(link) ? link.toRealPath() : directory;
  }
}
