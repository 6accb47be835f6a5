package dev.pgbaton.instance;

import java.util.List;
import java.util.Set;

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

  /** Whom to ask every few milliseconds from now on: few, for each of these questions costs. */
  void askClosely(Set<String> instances);
}
