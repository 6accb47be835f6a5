package dev.pgbaton.cli;

import dev.pgbaton.instance.InstanceLoop;
import dev.pgbaton.instance.InstanceSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * How many instances there shall be, how many of them confirm a commit, and how soon they fail
 * over, as it is mounted at this moment: a wish, which the holder brings onto the Lease.
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
    var failover =
        text("failover").flatMap(InstanceEnvironment::failover).orElse(environment.failover);
    loop.reconfigure(
        environment.self.among(names),
        InstanceSettings.of(
            failover,
            environment.patience,
            mounted("synchronous-standbys").orElse(environment.synchronousStandbys)));
  }

  private OptionalInt mounted(String key) {
    return text(key).stream().mapToInt(Integer::parseInt).findFirst();
  }

  private Optional<String> text(String key) {
    var file = environment.paths.reloadSettings().resolve(key);
    try {
      return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
