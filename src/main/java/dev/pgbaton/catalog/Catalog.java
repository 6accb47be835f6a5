package dev.pgbaton.catalog;

import dev.pgbaton.catalog.Declaration.Verifier;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What PostgreSQL has in the catalogs that all databases share.
 *
 * @param roles by name
 * @param databases by name
 */
public record Catalog(Map<String, Role> roles, Map<String, Database> databases) {
  /**
   * @param above whether it is a superuser, or a member of one, or may replicate: not to be
   *     declared
   * @param mighty whether it is, or is a member of, one of {@link
   *     dev.pgbaton.cluster.Names#MIGHTY_ROLES}
   * @param memberOf direct ones, by whose members it is, and who granted it
   * @param settings those of its sessions in every database
   */
  public record Role(
      boolean above,
      boolean mighty,
      boolean login,
      int connectionLimit,
      Verifier verifier,
      Map<String, Set<String>> memberOf,
      Map<String, String> settings) {

    /** Whether pgbaton has brought it about, or to what was declared, once. */
    boolean known() {
      return settings.containsKey(CatalogPlanner.MARK);
    }

    public Role(
        boolean above,
        boolean login,
        int connectionLimit,
        Verifier verifier,
        Set<String> memberOf,
        Map<String, String> settings) {
      this(
          above,
          false,
          login,
          connectionLimit,
          verifier,
          memberOf.stream().collect(Collectors.toMap(group -> group, _ -> Set.of("postgres"))),
          settings);
    }
  }

  /**
   * @param grants what each role was granted itself, by PostgreSQL's words
   * @param byOwner what of that its owner granted, and can take away
   * @param sessions how many are connected to it, where it shall not be there
   * @param known whether pgbaton has brought it about, or to what was declared, once
   */
  public record Database(
      String owner,
      String encoding,
      String locale,
      int connectionLimit,
      Map<String, Set<String>> grants,
      Map<String, Set<String>> byOwner,
      int sessions,
      boolean known) {
    public Database(
        String owner,
        String encoding,
        String locale,
        int connectionLimit,
        Map<String, Set<String>> grants) {
      this(owner, encoding, locale, connectionLimit, grants, grants, 0, false);
    }
  }

  /**
   * What one database has within.
   *
   * @param schemas by name
   */
  public record Content(Map<String, Extension> extensions, Map<String, Schema> schemas) {}

  public record Extension(String version, String schema) {}

  /**
   * @param grants on the schema itself, by role
   * @param tables what is granted on all tables, by role; what is granted only on some is not here
   * @param sequences the same of sequences
   * @param tablesToCome what will be granted on tables made later, by who makes them and by role
   * @param sequencesToCome the same of sequences
   * @param byOwners what can be taken away
   */
  public record Schema(
      String owner,
      Map<String, Set<String>> grants,
      Map<String, Set<String>> tables,
      Map<String, Set<String>> sequences,
      Map<String, Map<String, Set<String>>> tablesToCome,
      Map<String, Map<String, Set<String>>> sequencesToCome,
      ByOwners byOwners) {}

  /**
   * What the owners of a schema, and of any of its tables and sequences, granted, by role. What
   * somebody with a grant option granted is not here.
   */
  public record ByOwners(
      Map<String, Set<String>> schema,
      Map<String, Set<String>> tables,
      Map<String, Set<String>> sequences) {}
}
