package dev.pgbaton.web;

import dev.pgbaton.web.Doorkeeper.Proof;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Who has signed in. In memory: a new process asks them again. */
@ApplicationScoped
class Sessions {
  static final Duration LASTS = Duration.ofMinutes(30);
  private static final int MOST = 1000;

  /** Whoever may sign in must not use up what there is for everybody. */
  private static final int MOST_OF_ONE = 5;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Map<String, Session> sessions = new ConcurrentHashMap<>();

  /** For forms of the sandbox, where nobody signs in. */
  private final String forms = secret();

  /**
   * @param forms what each of its forms carries: another site can't know it
   */
  record Session(String user, Proof proof, String forms, Instant until) {}

  /**
   * The new session's secret, for its cookie; empty if there are too many.
   *
   * @param until it lasts no longer than {@link #LASTS}, whatever this says
   */
  Optional<String> open(String user, Proof proof, Instant until, Instant now) {
    sessions.values().removeIf(s -> !now.isBefore(s.until()));
    sessions.entrySet().stream()
        .filter(s -> s.getValue().user().equals(user))
        .sorted(Comparator.comparing(s -> s.getValue().until(), Comparator.reverseOrder()))
        .skip(MOST_OF_ONE - 1)
        .map(Map.Entry::getKey)
        .toList()
        .forEach(sessions::remove);
    if (sessions.size() >= MOST) return Optional.empty();
    var secret = secret();
    var longest = now.plus(LASTS);
    sessions.put(
        secret, new Session(user, proof, secret(), until.isBefore(longest) ? until : longest));
    return Optional.of(secret);
  }

  Optional<Session> find(String secret, Instant now) {
    return Optional.ofNullable(secret)
        .map(sessions::get)
        .filter(session -> now.isBefore(session.until()));
  }

  void close(String secret) {
    if (secret != null) sessions.remove(secret);
  }

  String sandboxForms() {
    return forms;
  }

  /** Nobody guesses it. */
  static String secret() {
    var bytes = new byte[32];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
