package dev.pgbaton.desired;

/** How an object is brought about. */
public enum ApplyPolicy {
  /** Server-side apply; drift is repaired. */
  APPLY,
  /**
   * Created if it is missing, and never changed afterwards: its content belongs to others (a Lease,
   * an EndpointSlice).
   */
  CREATE_ONCE,
  /**
   * As {@link #CREATE_ONCE}; the empty values of the Secret's {@code stringData} are filled with
   * random passwords as it is created.
   */
  GENERATE_ONCE
}
