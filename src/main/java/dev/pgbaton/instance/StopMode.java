package dev.pgbaton.instance;

public enum StopMode {
  /** Clients are disconnected, everything is written out, standbys receive all of it. */
  FAST,
  /** At once; the next start recovers. */
  IMMEDIATE
}
