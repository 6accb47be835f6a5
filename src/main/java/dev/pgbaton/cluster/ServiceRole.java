package dev.pgbaton.cluster;

import java.util.List;

/**
 * A role that pgbaton itself logs in with. PostgreSQL keeps one password a role, so each has two
 * logins that take turns: while a password changes, the old one and the new one both work.
 */
public enum ServiceRole {
  /** Replication, {@code pg_rewind} and repmgr's metadata. */
  REPMGR("repmgr"),
  /** The daemon's probes. */
  MONITOR(Names.MONITOR_USER);

  private final String owner;

  ServiceRole(String owner) {
    this.owner = owner;
  }

  /** Owns what the role owns, whichever login is in use; the first login itself. */
  public String owner() {
    return owner;
  }

  public String login(LoginTurn.Which which) {
    return switch (which) {
      case first -> owner;
      case second -> owner + "_2";
    };
  }

  public List<String> logins() {
    return List.of(login(LoginTurn.Which.first), login(LoginTurn.Which.second));
  }

  /**
   * The credentials Secret's key of that login's password; empty or absent = it is not to log in.
   */
  public String key(LoginTurn.Which which) {
    return switch (which) {
      case first -> owner + "-password";
      case second -> owner + "-2-password";
    };
  }
}
