package dev.pgbaton.cluster;

/** As whom to log in, and with which password. */
public record Login(String role, String password) {
  @Override
  public String toString() {
    return role + " (password ***)";
  }
}
