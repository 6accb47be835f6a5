package dev.pgbaton.desired;

/** How an object is brought about. */
public enum ApplyPolicy {
  /** Server-side apply; drift is repaired. */
  APPLY,
  /** As {@link #APPLY}; what others applied before is taken over, because its owner said so. */
  ADOPT,
  /**
   * Created if it is missing, and never changed afterwards: its content belongs to others (a Lease,
   * an EndpointSlice).
   */
  CREATE_ONCE,
  /**
   * As {@link #CREATE_ONCE}; the empty values of the Secret's {@code stringData} are filled with
   * random passwords as it is created.
   */
  GENERATE_ONCE,
  /**
   * A Secret in whose {@code stringData} what is empty is a password: made at random, and made anew
   * only for another word in {@code pgbaton.dev/rotation}. All else in it is put right. One that
   * others made first is only read.
   */
  GENERATED,
  /**
   * A Secret that is made of passwords in other Secrets, looked up as it is written; written again
   * when one of them changes. Or of a certificate that another one signs, until its time comes.
   */
  COMPOSED,
  /**
   * A Secret whose password is encrypted in Git: decrypted as it is written, and written again when
   * it is another one.
   */
  DECRYPTED;

  /** Whether what was changed afterwards is changed back. */
  public boolean repairs() {
    return switch (this) {
      case APPLY, ADOPT, GENERATED, COMPOSED, DECRYPTED -> true;
      case CREATE_ONCE, GENERATE_ONCE -> false;
    };
  }
}
