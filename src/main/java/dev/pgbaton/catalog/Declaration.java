package dev.pgbaton.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The users and databases that a cluster shall have, as the daemon tells the primary: with what
 * PostgreSQL checks passwords with, and never with the passwords.
 *
 * @param databases in the order in which they were declared, as the users
 */
public record Declaration(List<User> users, List<Database> databases) {
  public static final Declaration NONE = new Declaration(List.of(), List.of());

  /** All but these users, and what can't be without them. */
  public Declaration without(Set<String> names) {
    if (names.isEmpty()) return this;
    return new Declaration(
        users.stream()
            .filter(user -> !names.contains(user.name()))
            .map(user -> user.memberOf(names))
            .toList(),
        databases.stream()
            .filter(database -> !names.contains(database.owner()))
            .map(database -> database.without(names))
            .toList());
  }

  /**
   * @param present whether there shall be one
   * @param connectionLimit absent = whatever it is
   * @param verifier absent where it has no password, or none is known here yet
   * @param adopt whether one that others made is brought to this, though they may be locked out
   * @param notMemberOf roles that it shall not be a direct member of
   */
  public record User(
      String name,
      boolean present,
      boolean login,
      Optional<Integer> connectionLimit,
      List<String> memberOf,
      Map<String, String> settings,
      Optional<Verifier> verifier,
      boolean adopt,
      List<String> notMemberOf) {

    public User(
        String name,
        boolean present,
        boolean login,
        Optional<Integer> connectionLimit,
        List<String> memberOf,
        Map<String, String> settings,
        Optional<Verifier> verifier) {
      this(name, present, login, connectionLimit, memberOf, settings, verifier, true, List.of());
    }

    public User with(Verifier known) {
      return new User(
          name,
          present,
          login,
          connectionLimit,
          memberOf,
          settings,
          Optional.of(known),
          adopt,
          notMemberOf);
    }

    private User memberOf(Set<String> but) {
      return new User(
          name,
          present,
          login,
          connectionLimit,
          memberOf.stream().filter(role -> !but.contains(role)).toList(),
          settings,
          verifier,
          adopt,
          notMemberOf);
    }
  }

  /** What PostgreSQL keeps of a password: enough to try passwords on, so it is not printed. */
  public record Verifier(String text) {
    @Override
    public String toString() {
      return "***";
    }
  }

  /**
   * @param owner empty only where it shall not be present
   * @param adopt whether one that others made may change its owner
   * @param gone what shall not be in it
   */
  public record Database(
      String name,
      boolean present,
      String owner,
      Optional<String> encoding,
      Optional<String> locale,
      Optional<String> template,
      Optional<Integer> connectionLimit,
      List<Extension> extensions,
      List<Schema> schemas,
      List<Grant> grants,
      boolean adopt,
      Gone gone) {

    public Database(
        String name,
        boolean present,
        String owner,
        Optional<String> encoding,
        Optional<String> locale,
        Optional<String> template,
        Optional<Integer> connectionLimit,
        List<Extension> extensions,
        List<Schema> schemas,
        List<Grant> grants) {
      this(
          name,
          present,
          owner,
          encoding,
          locale,
          template,
          connectionLimit,
          extensions,
          schemas,
          grants,
          true,
          Gone.NONE);
    }

    /** Whether it has to be connected to, to see whether it is as it shall be. */
    public boolean hasContent() {
      return present
          && (!extensions.isEmpty()
              || !schemas.isEmpty()
              || grants.stream().anyMatch(g -> g.schema().isPresent())
              || gone.isWithin());
    }

    private Database without(Set<String> names) {
      return new Database(
          name,
          present,
          owner,
          encoding,
          locale,
          template,
          connectionLimit,
          extensions,
          schemas.stream().filter(schema -> !names.contains(schema.owner())).toList(),
          grants.stream().filter(grant -> !names.contains(grant.to())).toList(),
          adopt,
          // Of who is not there yet, nothing has to be taken away.
          gone);
    }
  }

  /**
   * What is taken away from a database. Apart from what it shall have, because a program that
   * doesn't know of this must not grant it.
   */
  public record Gone(List<String> extensions, List<String> schemas, List<Grant> grants) {
    public static final Gone NONE = new Gone(List.of(), List.of(), List.of());

    private boolean isWithin() {
      return !extensions.isEmpty()
          || !schemas.isEmpty()
          || grants.stream().anyMatch(g -> g.schema().isPresent());
    }
  }

  public record Extension(String name, Optional<String> version, Optional<String> schema) {}

  public record Schema(String name, String owner) {}

  /**
   * @param privileges PostgreSQL's words
   * @param schema absent = on the database itself
   */
  public record Grant(String to, List<String> privileges, Optional<String> schema) {}
}
