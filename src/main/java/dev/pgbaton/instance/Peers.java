package dev.pgbaton.instance;

import java.util.List;

/**
 * The other instances, asked directly. Asking goes on in the background, at least once a second.
 */
public interface Peers {
  /** One for each other instance, in ordinal order. */
  List<Peer> latest();

  /** Whether to ask every few milliseconds from now on. */
  void askClosely(boolean closely);
}
