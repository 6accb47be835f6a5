package dev.pgbaton.instance;

import java.util.List;

/**
 * The other instances, asked directly. Asking goes on in the background, at least once a second.
 */
public interface Peers {
  /** One for each of those, in their order. */
  List<Peer> latest();

  /** Whom to ask from now on. */
  void among(List<String> names);

  /**
   * Asks all of these, and waits a second at most.
   *
   * @return whether every single one has promised
   */
  boolean promise(List<String> names, Promise asked);

  /** Whether to ask every few milliseconds from now on. */
  void askClosely(boolean closely);
}
