package dev.pgbaton.postgres;

import dev.pgbaton.instance.Condition.Detector;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Looks after repmgrd and its metadata: a pause that somebody forgot, and rows that were changed by
 * hand, are told of and mended. Nothing here decides who is the primary.
 */
public final class RepmgrCare {
  private static final Duration EVERY = Duration.ofSeconds(10);

  private final Repmgrd repmgrd;
  private final LocalPostgres postgres;
  private final Consumer<String> log;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile String repaired = "";
  private volatile boolean wanted;
  private Duration lookedAt = Duration.ofDays(-1);
  private String lookedFor = "";

  public RepmgrCare(Repmgrd repmgrd, LocalPostgres postgres, Consumer<String> log) {
    this.repmgrd = repmgrd;
    this.postgres = postgres;
    this.log = log;
  }

  public Optional<Detector> detector() {
    return wanted ? Optional.of(new Detector(repmgrd.running(), repaired)) : Optional.empty();
  }

  /** repmgrd is not to run now. */
  public void rest() {
    wanted = false;
  }

  /**
   * Called again and again while PostgreSQL answers.
   *
   * @param members empty where repmgr's metadata can't be written
   */
  public void look(List<String> members, Duration now) {
    wanted = true;
    var anew = !postgres.turn().equals(lookedFor);
    if (!anew && now.minus(lookedAt).compareTo(EVERY) < 0) return;
    if (!looking.compareAndSet(false, true)) return;
    lookedAt = now;
    lookedFor = postgres.turn();
    Thread.ofPlatform().name("repmgr-care").daemon().start(() -> lookNow(members));
  }

  private void lookNow(List<String> members) {
    try {
      postgres.repmgr().unpause().ifPresent(this::tell);
      if (!members.isEmpty()) postgres.repmgr().mend(members).ifPresent(this::tell);
    } catch (SQLException e) {
      // The server is about to stop, or the extension isn't there yet: another look comes.
    } finally {
      looking.set(false);
    }
  }

  private void tell(String what) {
    log.accept(what);
    repaired = Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + what;
  }
}
