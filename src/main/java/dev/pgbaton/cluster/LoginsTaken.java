package dev.pgbaton.cluster;

/**
 * What an instance says of the passwords of pgbaton's own roles.
 *
 * @param id of the {@link LoginTurn} that it took last; empty as long as none
 * @param waitsFor what keeps it from taking the one that it sees, for a person; empty if nothing
 */
public record LoginsTaken(String id, String waitsFor) {
  public static final LoginsTaken NOTHING = new LoginsTaken("", "");
}
