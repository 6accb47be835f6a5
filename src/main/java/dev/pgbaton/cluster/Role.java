package dev.pgbaton.cluster;

/** What an instance is. {@link #UNKNOWN} is a value of its own: whoever meets it waits. */
public enum Role {
  PRIMARY,
  REPLICA,
  UNKNOWN;

  /** As the label {@link Names#ROLE_LABEL} says it; empty for a role that is not known. */
  public String label() {
    return switch (this) {
      case PRIMARY -> "primary";
      case REPLICA -> "replica";
      case UNKNOWN -> "";
    };
  }
}
