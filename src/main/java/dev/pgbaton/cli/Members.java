package dev.pgbaton.cli;

import dev.pgbaton.instance.InstanceLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * How many instances there shall be and how many of them confirm a commit, as it is mounted at this
 * moment: a wish, which the holder brings onto the Lease.
 */
final class Members {
  private static final long EVERY = TimeUnit.SECONDS.toNanos(1);

  private final InstanceEnvironment environment;
  private final InstanceLoop loop;
  private long lookedAt = System.nanoTime() - EVERY;

  Members(InstanceEnvironment environment, InstanceLoop loop) {
    this.environment = environment;
    this.loop = loop;
  }

  void look() {
    if (System.nanoTime() - lookedAt < EVERY) return;
    lookedAt = System.nanoTime();
    var names = environment.members(mounted("instances").orElse(environment.layout.instances()));
    loop.reconfigure(
        environment.self.among(names),
        mounted("synchronous-standbys").stream()
            .mapToObj(environment.settings::withSynchronousStandbys)
            .findFirst()
            .orElse(environment.settings));
  }

  private OptionalInt mounted(String key) {
    var file = environment.paths.reloadSettings().resolve(key);
    try {
      return Files.exists(file)
          ? OptionalInt.of(Integer.parseInt(Files.readString(file).strip()))
          : OptionalInt.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
