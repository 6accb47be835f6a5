package dev.pgbaton.cluster;

import java.util.Arrays;
import java.util.Optional;

/**
 * Whose turn it is of the two logins of each {@link ServiceRole}, and how far the change from one
 * to the other has come. It lies in the credentials Secret, under {@link Names#LOGINS_KEY}, beside
 * the passwords that it speaks of, and in an annotation of the same name on that Secret.
 *
 * @param id of this state of the Secret, by which an instance says that it has taken it; random, so
 *     that nothing can be guessed from it
 * @param inUse which login everybody comes with
 */
public record LoginTurn(String id, Which inUse, Phase phase) {
  public enum Which {
    first,
    second;

    public Which other() {
      return this == first ? second : first;
    }
  }

  public enum Phase {
    /** The other login has a new password, and may log in; nobody does yet. */
    prepared,
    /** Everybody is to come with the new login; the former one still works. */
    switched,
    /** The former login is to be locked. */
    ended
  }

  /**
   * @param id another one
   */
  public LoginTurn next(String id) {
    return switch (phase) {
      case prepared -> new LoginTurn(id, inUse.other(), Phase.switched);
      case switched -> new LoginTurn(id, inUse, Phase.ended);
      case ended -> new LoginTurn(id, inUse, Phase.prepared);
    };
  }

  /** What a cluster begins with. */
  public static final LoginTurn AT_FIRST = new LoginTurn("first", Which.first, Phase.ended);

  public String text() {
    return "%s %s %s".formatted(id, inUse, phase);
  }

  /** Empty where it is none. */
  public static Optional<LoginTurn> parse(String text) {
    var words = text.strip().split(" ");
    if (words.length != 3 || words[0].isEmpty()) return Optional.empty();
    var which = constant(Which.values(), words[1]);
    var phase = constant(Phase.values(), words[2]);
    return which.isPresent() && phase.isPresent()
        ? Optional.of(new LoginTurn(words[0], which.get(), phase.get()))
        : Optional.empty();
  }

  private static <E extends Enum<E>> Optional<E> constant(E[] values, String name) {
    return Arrays.stream(values).filter(value -> value.name().equals(name)).findFirst();
  }
}
