package dev.pgbaton.desired;

import dev.pgbaton.catalog.Declaration;
import dev.pgbaton.catalog.DeclarationJson;
import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.SecretData;
import dev.pgbaton.spec.ClusterSpec;
import dev.pgbaton.spec.DatabaseSpec;
import dev.pgbaton.spec.EncryptedPassword;
import dev.pgbaton.spec.Ensure;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.PasswordSource;
import dev.pgbaton.spec.PasswordSource.SecretKey;
import dev.pgbaton.spec.TakenOver;
import dev.pgbaton.spec.UserSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is declared of users and databases, as Secrets in which the passwords are still missing. */
public final class UserSecrets {
  /** The key of what the primary is told. */
  public static final String DECLARATION = "declaration.json";

  public static final String PASSWORD = "password";

  /** Of a Secret that shall be: the key of the file that its password is encrypted in. */
  public static final String ENCRYPTED = "encrypted";

  /**
   * For how long, at most, nobody may get in anew while a user's password changes: pgpool is told
   * once the primary has taken it. The tests on a cluster fail at it.
   */
  public static final Duration LONGEST_GAP = Duration.ofSeconds(5);

  private static final String VAULT = "vault";

  private UserSecrets() {}

  static boolean areNeeded(ClusterSpec spec) {
    return !spec.users().isEmpty() || !spec.databases().isEmpty();
  }

  /**
   * One for each user whose password is generated, or encrypted in Git, for the application that
   * logs in as it.
   */
  static List<DesiredObject> ofUsers(ParsedSpec.Valid parsed, ClusterLayout layout, Labels labels) {
    return parsed.spec().users().stream()
        .filter(user -> user.logsIn() && user.password().isKeptByUs())
        .map(
            user -> {
              var secret = ofUser(user, parsed.spec(), layout, labels);
              Optional.ofNullable(parsed.encrypted().get(user.name()))
                  .ifPresent(password -> addEncrypted(secret, password));
              if (user.password() instanceof PasswordSource.Vault vault) addVault(secret, vault);
              user.rotation().ifPresent(word -> Secrets.addRotation(secret, word));
              return new DesiredObject(
                  secret,
                  ObjectRole.CREDENTIALS,
                  isDecrypted(secret) ? ApplyPolicy.DECRYPTED : ApplyPolicy.GENERATED,
                  parsed.source());
            })
        .toList();
  }

  private static void addEncrypted(Secret secret, EncryptedPassword password) {
    var annotations = new TreeMap<String, String>();
    switch (password) {
      case EncryptedPassword.There(var file, var key, var content) -> {
        secret.getStringData().put(ENCRYPTED, content);
        annotations.put(
            Names.DECRYPTED_FROM, "%s %s %s".formatted(AppliedHash.of(content), file, key));
      }
      case EncryptedPassword.NotThere(var file, var key, var problem) -> {
        annotations.put(Names.DECRYPTED_FROM, "- %s %s".formatted(file, key));
        annotations.put(Names.PASSWORDS_MISSING, problem.toString());
      }
    }
    secret.getMetadata().setAnnotations(annotations);
  }

  private static void addVault(Secret secret, PasswordSource.Vault vault) {
    var from = "%s %s %s %s".formatted(VAULT, vault.mount(), vault.path(), vault.key());
    secret.getMetadata().setAnnotations(new TreeMap<>(Map.of(Names.DECRYPTED_FROM, from)));
  }

  /** Whether its password comes from Git, or from a vault. */
  public static boolean isDecrypted(Secret desired) {
    return Annotations.of(desired, Names.DECRYPTED_FROM).isPresent();
  }

  /** What clients notice of a user's password that changes, for a person. */
  public static String gap() {
    return "sessions go on; through pgpool, new logins with either password may fail for up to %d s"
        .formatted(LONGEST_GAP.toSeconds());
  }

  /** Whether a password in it is made here: it has its place, and comes from nowhere else. */
  public static boolean isGenerated(Secret desired) {
    return !isDecrypted(desired)
        && Annotations.of(desired, Names.PASSWORDS_FROM).isEmpty()
        && desired.getStringData() != null
        && desired.getStringData().containsValue("");
  }

  /** Where a password is that comes from neither Kubernetes nor chance. */
  public sealed interface Hidden {
    /** In a file that SOPS encrypted. */
    record InFile(String file, String key, String content) implements Hidden {}

    record InVault(String mount, String path, String key) implements Hidden {}
  }

  /**
   * @return empty where it can't be found there, which the Secret itself says
   */
  public static Optional<Hidden> hidden(Secret desired) {
    var note = desired.getMetadata().getAnnotations().get(Names.DECRYPTED_FROM);
    if (note.startsWith(VAULT + " ")) {
      var place = note.split(" ", 4);
      return Optional.of(new Hidden.InVault(place[1], place[2], place[3]));
    }
    var content = desired.getStringData() == null ? null : desired.getStringData().get(ENCRYPTED);
    if (content == null) return Optional.empty();
    var from = note.split(" ", 3);
    return Optional.of(new Hidden.InFile(from[1], from[2], content));
  }

  private static Secret ofUser(
      UserSpec user, ClusterSpec spec, ClusterLayout layout, Labels labels) {
    var database = databaseOf(user, spec);
    var values = new TreeMap<String, String>();
    values.put("type", "postgresql");
    values.put("provider", Names.MANAGER);
    values.put("username", user.name());
    values.put(PASSWORD, "");
    values.put("port", Integer.toString(Names.POSTGRES_PORT));
    values.put("dbname", database);
    address("", clientsRoute(spec, layout), user.name(), database, layout, values);
    address("primary-", layout.primaryService(), user.name(), database, layout, values);
    address("replicas-", layout.replicasService(), user.name(), database, layout, values);
    return new SecretBuilder()
        .withMetadata(
            Metadata.of(
                layout, secretOf(user, layout).name(), labels.object(Labels.Component.postgresql)))
        .withType("Opaque")
        .withStringData(values)
        .build();
  }

  /** Its password, once it is there, needs no escaping, or has it. */
  private static void address(
      String prefix,
      String service,
      String user,
      String database,
      ClusterLayout layout,
      Map<String, String> values) {
    var host = "%s.%s.svc".formatted(service, layout.id().namespace());
    var path =
        java.net.URLEncoder.encode(database, java.nio.charset.StandardCharsets.UTF_8)
            .replace("+", "%20");
    values.put(prefix + "host", host);
    values.put(
        prefix + "uri",
        "postgresql://%s:%s@%s:%d/%s"
            .formatted(user, Names.PASSWORD_HERE, host, Names.POSTGRES_PORT, path));
    values.put(
        prefix + "jdbc-uri",
        "jdbc:postgresql://%s:%d/%s?user=%s&password=%s"
            .formatted(host, Names.POSTGRES_PORT, path, user, Names.PASSWORD_HERE));
  }

  private static String clientsRoute(ClusterSpec spec, ClusterLayout layout) {
    return spec.takenOver()
        .flatMap(TakenOver::pgpool)
        .flatMap(kept -> kept.services().stream().findFirst())
        .map(service -> service.name())
        .or(layout::pgpoolDeployment)
        .orElse(layout.primaryService());
  }

  /** The first that it owns, or else may connect to by declaration. */
  private static String databaseOf(UserSpec user, ClusterSpec spec) {
    return spec.databases().stream()
        .filter(d -> d.ensure() == Ensure.present)
        .filter(d -> d.owner().equals(Optional.of(user.name())))
        .findFirst()
        .or(
            () ->
                spec.databases().stream()
                    .filter(d -> d.ensure() == Ensure.present)
                    .filter(d -> mayComeTo(d, user))
                    .findFirst())
        .map(DatabaseSpec::name)
        .orElse("postgres");
  }

  private static boolean mayComeTo(DatabaseSpec database, UserSpec user) {
    return database.grants().stream()
        .filter(g -> g.ensure() == Ensure.present)
        .anyMatch(g -> g.to().equals(user.name()));
  }

  private static SecretKey secretOf(UserSpec user, ClusterLayout layout) {
    return switch (user.password()) {
      case SecretKey others -> others;
      case PasswordSource.Generated _, PasswordSource.Sops _, PasswordSource.Vault _ ->
          new SecretKey(layout.statefulSet() + "-" + user.inNames(), PASSWORD);
    };
  }

  /** What the primary takes: verifiers come in as it is written. */
  static Secret declaration(ClusterSpec spec, ClusterLayout layout, Labels labels) {
    return composed(
        layout.usersSecret(),
        Labels.Component.postgresql,
        Map.of(DECLARATION, DeclarationJson.write(declaration(spec))),
        spec,
        layout,
        labels);
  }

  /** Whether it is what the primary takes. */
  public static boolean isDeclaration(Secret secret) {
    return secret.getStringData() != null && secret.getStringData().containsKey(DECLARATION)
        || secret.getData() != null && secret.getData().containsKey(DECLARATION);
  }

  /**
   * What an instance reads in it.
   *
   * @param told makes something of its hash and the declaration
   * @throws IllegalStateException with words for a person
   */
  public static <T> T told(Secret secret, BiFunction<String, Declaration, T> told) {
    var hash = Annotations.of(secret, Names.USERS);
    if (hash.isEmpty() || !isDeclaration(secret))
      throw new IllegalStateException(
          "the Secret %s is not what pgbaton made".formatted(secret.getMetadata().getName()));
    var text = SecretData.decoded(secret.getData().get(DECLARATION));
    return told.apply(hash.get(), DeclarationJson.read(text));
  }

  /** What pgpool takes, which has to know the passwords themselves. */
  static Secret pgpool(ClusterSpec spec, ClusterLayout layout, Labels labels) {
    var users = new TreeMap<String, String>();
    spec.users().stream().filter(UserSpec::logsIn).forEach(user -> users.put(user.name(), ""));
    return composed(
        layout.pgpoolUsersSecret(), Labels.Component.pgpool, users, spec, layout, labels);
  }

  private static Secret composed(
      String name,
      Labels.Component component,
      Map<String, String> values,
      ClusterSpec spec,
      ClusterLayout layout,
      Labels labels) {
    var sources =
        spec.users().stream()
            .filter(UserSpec::logsIn)
            .sorted(java.util.Comparator.comparing(UserSpec::name))
            .map(
                user -> {
                  var from = secretOf(user, layout);
                  return "%s=%s/%s".formatted(user.name(), from.name(), from.key());
                })
            .collect(Collectors.joining(","));
    var metadata = Metadata.of(layout, name, labels.object(component));
    metadata.setAnnotations(new TreeMap<>(Map.of(Names.PASSWORDS_FROM, sources)));
    return new SecretBuilder()
        .withMetadata(metadata)
        .withType("Opaque")
        .withStringData(values)
        .build();
  }

  /** Where each user's password is to be found. */
  public static SortedMap<String, SecretKey> sources(Secret composed) {
    var text = Annotations.of(composed, Names.PASSWORDS_FROM).orElse("");
    if (text.isEmpty()) return Collections.emptySortedMap();
    var sources = new TreeMap<String, SecretKey>();
    for (var entry : text.split(",")) {
      var user = entry.substring(0, entry.indexOf('='));
      var from = entry.substring(user.length() + 1).split("/", 2);
      sources.put(user, new SecretKey(from[0], from[1]));
    }
    return sources;
  }

  /**
   * By name.
   *
   * @param within what goes of databases that stay
   */
  public record Absent(List<String> users, List<String> databases, List<Within> within) {}

  /**
   * @param what "extension" or "schema", and its name
   */
  public record Within(String database, String what) {}

  /** What shall not be there, by what the primary is told. */
  public static Absent absent(DesiredCluster desired) {
    var declared =
        desired.composedSecrets().stream()
            .map(Secret::getStringData)
            .filter(Objects::nonNull)
            .map(values -> values.get(DECLARATION))
            .filter(Objects::nonNull)
            .findFirst()
            .map(DeclarationJson::read)
            .orElse(Declaration.NONE);
    return new Absent(
        declared.users().stream().filter(u -> !u.present()).map(Declaration.User::name).toList(),
        declared.databases().stream()
            .filter(d -> !d.present())
            .map(Declaration.Database::name)
            .toList(),
        declared.databases().stream()
            .filter(Declaration.Database::present)
            .flatMap(UserSecrets::within)
            .toList());
  }

  private static Stream<Within> within(Declaration.Database database) {
    return Stream.concat(
            database.gone().extensions().stream().map("extension "::concat),
            database.gone().schemas().stream().map("schema "::concat))
        .map(what -> new Within(database.name(), what));
  }

  static Declaration declaration(ClusterSpec spec) {
    return new Declaration(
        spec.users().stream().map(UserSecrets::user).toList(),
        spec.databases().stream().map(UserSecrets::database).toList());
  }

  private static Declaration.User user(UserSpec user) {
    return new Declaration.User(
        user.name(),
        user.ensure() == Ensure.present,
        user.login(),
        user.connectionLimit(),
        user.memberOf(),
        user.settings(),
        Optional.empty(),
        // Whoever names its password knows what it becomes.
        user.adopt() || !(user.password() instanceof PasswordSource.Generated),
        user.notMemberOf());
  }

  private static Declaration.Database database(DatabaseSpec database) {
    var owner = database.owner().orElse("");
    return new Declaration.Database(
        database.name(),
        database.ensure() == Ensure.present,
        owner,
        database.encoding(),
        database.locale(),
        database.template(),
        database.connectionLimit(),
        database.extensions().stream()
            .filter(e -> e.ensure() == Ensure.present)
            .map(e -> new Declaration.Extension(e.name(), e.version(), e.schema()))
            .toList(),
        database.schemas().stream()
            .filter(s -> s.ensure() == Ensure.present)
            .map(s -> new Declaration.Schema(s.name(), s.owner().orElse(owner)))
            .toList(),
        grants(database, Ensure.present),
        database.adopt(),
        new Declaration.Gone(
            database.extensions().stream()
                .filter(e -> e.ensure() == Ensure.absent)
                .map(DatabaseSpec.Extension::name)
                .toList(),
            database.schemas().stream()
                .filter(s -> s.ensure() == Ensure.absent)
                .map(DatabaseSpec.Schema::name)
                .toList(),
            grants(database, Ensure.absent)));
  }

  private static List<Declaration.Grant> grants(DatabaseSpec database, Ensure which) {
    return database.grants().stream()
        .filter(g -> g.ensure() == which)
        .map(
            g ->
                new Declaration.Grant(
                    g.to(), g.privileges().stream().map(Enum::name).toList(), g.schema()))
        .toList();
  }
}
