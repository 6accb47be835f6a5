package dev.pgbaton.cli;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.DerivedPassword;
import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ServiceRole;
import dev.pgbaton.cluster.ToldPasswords;
import dev.pgbaton.postgres.Credentials;
import dev.pgbaton.postgres.Password;
import dev.pgbaton.postgres.PrivateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The passwords of a person's manifests, which this container has in its environment, once they
 * have changed: what the Lease tells of is read from where they lie.
 */
final class ToldCredentials implements Supplier<Optional<Credentials>> {
  /** For the image's psql: probes come with what the container began with. */
  static final String FILE = "began-with";

  private final Supplier<Optional<ToldPasswords>> note;
  private final Function<ToldPasswords, Optional<List<String>>> read;
  private final ClusterId cluster;
  private final Credentials began;
  private final Path file;
  private final Consumer<String> log;
  private final AtomicBoolean reading = new AtomicBoolean();
  private volatile Optional<Credentials> known = Optional.empty();
  private volatile String trouble = "";

  /**
   * @param note on the Lease
   * @param read may take its time; throws an IllegalStateException with words
   * @param began what is in the environment
   * @param run where generated files are
   */
  ToldCredentials(
      Supplier<Optional<ToldPasswords>> note,
      Function<ToldPasswords, Optional<List<String>>> read,
      ClusterId cluster,
      Credentials began,
      Path run,
      Consumer<String> log)
      throws IOException {
    this.note = note;
    this.read = read;
    this.cluster = cluster;
    this.began = began;
    this.file = run.resolve(FILE);
    this.log = log;
    Files.deleteIfExists(file);
  }

  /** Returns at once: whoever asks keeps the Lease. */
  @Override
  public Optional<Credentials> get() {
    var told = note.get();
    if (told.isEmpty()) return Optional.empty();
    var isKnown =
        known
            .flatMap(Credentials::turn)
            .filter(turn -> turn.id().equals(told.get().id()))
            .isPresent();
    if (isKnown) return known;
    // Once all have them, a container that starts has them in its environment.
    if (!told.get().isOver() && reading.compareAndSet(false, true))
      Thread.ofPlatform().name("told-passwords").daemon().start(() -> readNow(told.get()));
    return Optional.empty();
  }

  private void readNow(ToldPasswords told) {
    try {
      var passwords = read.apply(told);
      if (passwords.isEmpty()) return;
      var credentials = credentials(told, passwords.get());
      write(credentials);
      known = Optional.of(credentials);
      trouble = "";
    } catch (IllegalStateException | UncheckedIOException e) {
      // The right to read them may come a moment later; what stays is told once.
      var text = "the passwords that have changed can't be read: " + e.getMessage();
      if (!text.equals(trouble) && !trouble.isEmpty()) log.accept(text);
      trouble = text;
    } finally {
      reading.set(false);
    }
  }

  private Credentials credentials(ToldPasswords told, List<String> passwords) {
    var superuser = passwords.getFirst();
    var repmgr = ServiceRole.REPMGR.login(LoginTurn.Which.first);
    return new Credentials(
        new Password(superuser),
        Map.of(
            repmgr,
            passwords.size() > 1 ? new Password(passwords.get(1)) : began.of(repmgr).orElseThrow(),
            Names.MONITOR_USER,
            new Password(DerivedPassword.of(superuser, cluster.namespace(), cluster.name()))),
        Optional.of(new LoginTurn(told.id(), LoginTurn.Which.first, LoginTurn.Phase.ended)));
  }

  private void write(Credentials now) {
    try {
      PrivateFile.write(
          file, "%s\n%s\n".formatted(began.superuser().value(), now.superuser().value()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
