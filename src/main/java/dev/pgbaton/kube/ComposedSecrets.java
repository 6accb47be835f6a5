package dev.pgbaton.kube;

import dev.pgbaton.catalog.Declaration;
import dev.pgbaton.catalog.Declaration.User;
import dev.pgbaton.catalog.Declaration.Verifier;
import dev.pgbaton.catalog.DeclarationJson;
import dev.pgbaton.catalog.ScramSecret;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.UserSecrets;
import dev.pgbaton.plan.Users;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Looks up the passwords for a Secret that is made of others' passwords. Nothing of them is kept.
 */
final class ComposedSecrets {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final KubernetesClient client;

  ComposedSecrets(KubernetesClient client) {
    this.client = client;
  }

  /** A password that is not there, or can't be one. */
  static final class Missing extends Exception {
    private static final long serialVersionUID = 1;

    Missing(String message) {
      super(message);
    }
  }

  /**
   * Fills it in, in place, and notes what it was made from.
   *
   * @param live as it is there now
   */
  void fill(Secret secret, Optional<Secret> live, String applied) throws Missing {
    var namespace = secret.getMetadata().getNamespace();
    var sources = UserSecrets.sources(secret);
    var found =
        read(
            namespace,
            secret,
            sources.values().stream()
                .map(s -> s.name())
                .collect(Collectors.toCollection(TreeSet::new)));
    var passwords = new TreeMap<String, String>();
    for (var source : sources.entrySet()) {
      var name = source.getValue().name();
      var key = source.getValue().key();
      var from = found.get(name);
      if (from == null)
        throw new Missing(
            "there is no Secret %s, which has the password of %s".formatted(name, source.getKey()));
      passwords.put(source.getKey(), password(from, key, source.getKey()));
    }
    var values = new TreeMap<>(secret.getStringData());
    if (values.containsKey(UserSecrets.DECLARATION))
      values.compute(UserSecrets.DECLARATION, (_, text) -> verified(text, passwords, former(live)));
    else values.replaceAll((user, _) -> passwords.get(user));
    // As the server keeps it: of stringData an apply does not know what it wrote.
    values.replaceAll((_, value) -> encoded(value));
    secret.setData(values);
    secret.setStringData(null);
    var versions =
        found.values().stream().map(Users::version).sorted().collect(Collectors.joining(","));
    var notes = secret.getMetadata().getAnnotations();
    notes.put(Names.COMPOSED_OF, versions);
    notes.put(Names.USERS, AppliedHash.of(List.of(applied, versions)));
  }

  private static String encoded(String value) {
    return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
  }

  private static String password(Secret from, String key, String user) throws Missing {
    var name = from.getMetadata().getName();
    var value = from.getData() == null ? null : from.getData().get(key);
    if (value == null || value.isEmpty())
      throw new Missing(
          "the Secret %s has no %s, which is the password of %s".formatted(name, key, user));
    var text =
        new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8).stripTrailing();
    // pgpool keeps one line for each.
    if (text.isEmpty() || text.chars().anyMatch(Character::isISOControl))
      throw new Missing(
          "%s of the Secret %s is no password: it is empty, or has more than a line"
              .formatted(key, name));
    return text;
  }

  /** Those of ours by one request, and each of the others by another. */
  private Map<String, Secret> read(String namespace, Secret composed, TreeSet<String> names) {
    var found = new TreeMap<String, Secret>();
    if (names.isEmpty()) return found;
    client
        .secrets()
        .inNamespace(namespace)
        .withLabel(Names.CLUSTER_LABEL, composed.getMetadata().getLabels().get(Names.CLUSTER_LABEL))
        .list()
        .getItems()
        .stream()
        .filter(secret -> names.contains(name(secret)))
        .forEach(secret -> found.put(name(secret), secret));
    for (var name : names) {
      if (found.containsKey(name)) continue;
      Optional.ofNullable(client.secrets().inNamespace(namespace).withName(name).get())
          .ifPresent(secret -> found.put(name, secret));
    }
    return found;
  }

  private static String name(HasMetadata object) {
    return object.getMetadata().getName();
  }

  /** What the primary has now: the same password keeps its salt, and nothing changes there. */
  private static Map<String, Verifier> former(Optional<Secret> live) {
    var text = live.map(Secret::getData).map(data -> data.get(UserSecrets.DECLARATION));
    if (text.isEmpty()) return Map.of();
    var verifiers = new HashMap<String, Verifier>();
    try {
      var json = new String(Base64.getDecoder().decode(text.get()), StandardCharsets.UTF_8);
      DeclarationJson.read(json)
          .users()
          .forEach(user -> user.verifier().ifPresent(v -> verifiers.put(user.name(), v)));
    } catch (IllegalArgumentException _) {
      // Somebody wrote something else into it: it is made anew.
    }
    return verifiers;
  }

  private static String verified(
      String text, Map<String, String> passwords, Map<String, Verifier> former) {
    var declared = DeclarationJson.read(text);
    return DeclarationJson.write(
        new Declaration(
            declared.users().stream()
                .map(
                    user ->
                        passwords.containsKey(user.name())
                            ? verified(user, passwords.get(user.name()), former.get(user.name()))
                            : user)
                .toList(),
            declared.databases()));
  }

  private static User verified(User user, String password, Verifier former) {
    if (former != null && ScramSecret.fits(former.text(), password)) return user.with(former);
    var salt = new byte[ScramSecret.SALT_BYTES];
    RANDOM.nextBytes(salt);
    return user.with(new Verifier(ScramSecret.of(password, salt)));
  }
}
