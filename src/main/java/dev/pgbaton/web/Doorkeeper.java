package dev.pgbaton.web;

import java.util.List;
import java.util.Optional;

/** Who may press the buttons. */
public interface Doorkeeper {
  enum Open {
    TO_NOBODY,
    /** In the sandbox: whoever sits at this machine. */
    TO_THIS_MACHINE,
    /** Whose token Kubernetes knows, and lets do the same by kubectl. */
    TO_WHO_MAY
  }

  /** What a visitor has signed in with. */
  sealed interface Proof {}

  /**
   * Whom an issuer has named (OIDC), as Kubernetes would call them.
   *
   * @param groups without those that Kubernetes itself gives to everybody
   */
  record Person(String user, List<String> groups) implements Proof {}

  /** A bearer token; it can't be printed. */
  record Token(String value) implements Proof {
    @Override
    public String toString() {
      return "***";
    }
  }

  /** What Kubernetes is asked for: {@code patch} on one object. */
  record Right(String group, String resource, String namespace, String name) {
    String text() {
      return "patch on %s %s/%s".formatted(resource, namespace, name);
    }
  }

  Open open();

  /** Where visitors may sign in without a token; empty where nobody can. */
  Optional<OidcSettings> issuer();

  /**
   * The user's name; empty for a token that Kubernetes does not know.
   *
   * @throws NotAnswered if the API server does not answer
   */
  Optional<String> who(Token token);

  /**
   * Asks anew each time: a token may end, and a right be taken away.
   *
   * @throws NotAnswered if the API server does not answer
   */
  boolean may(Proof proof, Right right);

  final class NotAnswered extends RuntimeException {
    public NotAnswered(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
