package dev.pgbaton.postgres;

import dev.pgbaton.catalog.CatalogChange;
import dev.pgbaton.catalog.Declaration;
import dev.pgbaton.cluster.UsersTaken;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Users and databases as they are declared, where this instance is the primary: taken when it is
 * told of something new, and looked after from then on.
 */
public final class DeclaredCatalog {
  /**
   * A database that is copied from a large template takes its time, and must not be begun again
   * beside the one that is still on its way.
   */
  private static final int SECONDS = 3600;

  private final LocalConnection local;
  private final Source source;
  private final Consumer<String> log;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile Duration next = Duration.ofDays(-1);
  private volatile UsersTaken taken = UsersTaken.NOTHING;
  private volatile Optional<Told> told = Optional.empty();

  /** What the daemon wanted when it was read last: what was read may be newer. */
  private volatile Optional<String> readFor = Optional.empty();

  /** Counts the times that it was not the primary: what was under way then counts for nothing. */
  private volatile int rests;

  private final CatalogTurns turns = new CatalogTurns();
  private volatile String trouble = "";

  /**
   * @param hash by which the daemon knows it
   */
  public record Told(String hash, Declaration declared) {}

  /** Where the declaration is. */
  public interface Source {
    /**
     * @throws RuntimeException with words for a person, if it can't be read
     */
    Told read();
  }

  DeclaredCatalog(LocalConnection local, Source source, Consumer<String> log) {
    this.local = local;
    this.source = source;
    this.log = log;
  }

  public UsersTaken taken() {
    return taken;
  }

  /** Whoever becomes the primary looks at everything. */
  public void rest() {
    if (taken == UsersTaken.NOTHING && told.isEmpty()) return;
    rests++;
    told = Optional.empty();
    readFor = Optional.empty();
    taken = UsersTaken.NOTHING;
    next = Duration.ofDays(-1);
  }

  /**
   * Called again and again where this instance is the primary, and answers.
   *
   * @param wanted what the daemon wants taken; empty where nothing is declared any more
   */
  public void look(Optional<String> wanted, Duration now) {
    if (wanted.isEmpty()) {
      rest();
      return;
    }
    var news = !readFor.equals(wanted);
    if (now.compareTo(next) < 0 && !(news && trouble.isEmpty())) return;
    if (!looking.compareAndSet(false, true)) return;
    var since = rests;
    Thread.ofPlatform()
        .name("users")
        .daemon()
        .start(
            () -> {
              try {
                lookNow(wanted, news, since, now);
              } finally {
                looking.set(false);
              }
            });
  }

  private void lookNow(Optional<String> wanted, boolean news, int since, Duration now) {
    Told declaration;
    try {
      declaration = (news ? Optional.<Told>empty() : told).orElseGet(source::read);
    } catch (RuntimeException e) {
      troubled("users and databases can't be read: " + e.getMessage(), now);
      return;
    }
    var untaken = !taken.hash().equals(declaration.hash());
    try {
      var result =
          CatalogExecutor.bring(
              declaration.declared(),
              turns.within(declaration.declared(), untaken, now),
              database -> local.connect(database, SECONDS),
              () -> {
                if (since == rests) taken = taken.withRoles(declaration.hash());
              });
      result.done().forEach(change -> log.accept(words(change, news)));
      if (!result.errors().equals(taken.errors())) result.errors().forEach(log::accept);
      if (since != rests) return;
      var mended =
          news ? List.<String>of() : result.done().stream().map(CatalogChange::what).toList();
      taken =
          mended.isEmpty()
              ? new UsersTaken(
                  declaration.hash(),
                  declaration.hash(),
                  result.errors(),
                  taken.mended(),
                  taken.mendedAt())
              : new UsersTaken(
                  declaration.hash(),
                  declaration.hash(),
                  result.errors(),
                  mended,
                  Optional.of(Instant.now()));
      told = Optional.of(declaration);
      readFor = wanted;
      trouble = "";
      next = turns.next(!result.errors().isEmpty(), result.failed(), now);
    } catch (SQLException e) {
      // Mostly it is about to stop.
      troubled("users and databases can't be looked at: " + CatalogExecutor.words(e), now);
    }
  }

  private static String words(CatalogChange change, boolean news) {
    return news ? change.what() : "mended, changed by somebody: " + change.what();
  }

  private void troubled(String text, Duration now) {
    if (!text.equals(trouble)) log.accept(text);
    trouble = text;
    next = now.plus(CatalogTurns.AFTER_TROUBLE);
  }
}
