package dev.pgbaton.catalog;

/**
 * One thing to do in PostgreSQL.
 *
 * @param what for a person
 * @param repair whether this may undo what somebody did by hand, rather than make what is missing
 * @param sql one statement
 */
public record CatalogChange(String what, boolean repair, String sql) {
  static CatalogChange make(String what, String sql) {
    return new CatalogChange(what, false, sql);
  }

  static CatalogChange mend(String what, String sql) {
    return new CatalogChange(what, true, sql);
  }

  /** Whether it makes an extension, whose place may depend on the session. */
  public boolean extension() {
    return sql.startsWith("CREATE EXTENSION ");
  }

  /** The statement may have what a password is checked with. */
  @Override
  public String toString() {
    return what;
  }
}
