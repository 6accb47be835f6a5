package dev.pgbaton.kube;

import dev.pgbaton.catalog.Declaration;
import dev.pgbaton.catalog.Declaration.User;
import dev.pgbaton.catalog.Declaration.Verifier;
import dev.pgbaton.catalog.DeclarationJson;
import dev.pgbaton.catalog.ScramSecret;
import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.SecretData;
import dev.pgbaton.desired.UserSecrets;
import dev.pgbaton.spec.PasswordSource.SecretKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Looks up the passwords for a Secret that is made of others' passwords. Nothing of them is kept.
 */
final class ComposedSecrets {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Where the passwords are. */
  interface Sources {
    /**
     * @return those of the Secrets that are there, by name
     */
    Map<String, Secret> read(String namespace, String cluster, SortedSet<String> names);
  }

  /** A password that is not there, or can't be one. */
  private static final class Missing extends Exception {
    private static final long serialVersionUID = 1;

    Missing(String message) {
      super(message);
    }
  }

  private final Sources sources;

  ComposedSecrets(Sources sources) {
    this.sources = sources;
  }

  static ComposedSecrets in(KubernetesClient client) {
    return new ComposedSecrets(new OfKubernetes(client));
  }

  static TreeSet<String> names(Secret secret) {
    return UserSecrets.sources(secret).values().stream()
        .map(from -> from.name())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Fills it in, in place, and notes what it was made from. Whose password is not there keeps the
   * one that was there before, or is left out: nobody else waits for it.
   *
   * @param live as it is there now
   */
  void fill(Secret secret, Optional<Secret> live) {
    fill(secret, live, found(secret));
  }

  private Map<String, Secret> found(Secret secret) {
    var meta = secret.getMetadata();
    return sources.read(
        meta.getNamespace(), meta.getLabels().get(Names.CLUSTER_LABEL), names(secret));
  }

  private static void fill(Secret secret, Optional<Secret> live, Map<String, Secret> found) {
    var passwords = new TreeMap<String, String>();
    var missing = new TreeMap<String, String>();
    UserSecrets.sources(secret)
        .forEach(
            (user, from) -> {
              try {
                passwords.put(user, password(found.get(from.name()), from, user));
              } catch (Missing e) {
                missing.put(user, e.getMessage());
              }
            });
    secret.setData(data(secret, passwords, missing.keySet(), live));
    secret.setStringData(null);
    var notes = secret.getMetadata().getAnnotations();
    notes.put(Names.COMPOSED_OF, versions(found));
    if (!missing.isEmpty()) notes.put(Names.PASSWORDS_MISSING, String.join("; ", missing.values()));
    // Whoever has taken it is told of another one only: a source's label is nobody's news.
    notes.put(
        Names.USERS,
        live.filter(before -> secret.getData().equals(before.getData()))
            .flatMap(before -> Annotations.of(before, Names.USERS))
            .orElseGet(GeneratedPasswords::id));
  }

  /** Whether what is looked up now is what was written. */
  boolean isStill(Secret desired, Secret live) {
    var found = found(desired);
    // To try passwords on verifiers takes its time.
    if (Annotations.of(live, Names.COMPOSED_OF).equals(Optional.of(versions(found)))) return true;
    var now = new SecretBuilder(desired).build();
    fill(now, Optional.of(live), found);
    return now.getData().equals(live.getData())
        && Annotations.of(now, Names.PASSWORDS_MISSING)
            .equals(Annotations.of(live, Names.PASSWORDS_MISSING));
  }

  private static String versions(Map<String, Secret> found) {
    return found.values().stream()
        .map(ComposedSecrets::version)
        .sorted()
        .collect(Collectors.joining(","));
  }

  /** As {@link Names#COMPOSED_OF} lists it. */
  static String version(HasMetadata secret) {
    var meta = secret.getMetadata();
    return meta.getName() + "=" + meta.getResourceVersion();
  }

  /** As the server keeps it: of stringData an apply does not know what it wrote. */
  private static Map<String, String> data(
      Secret secret, Map<String, String> passwords, Set<String> missing, Optional<Secret> live) {
    var data = new TreeMap<String, String>();
    var text = secret.getStringData().get(UserSecrets.DECLARATION);
    if (text != null) {
      data.put(
          UserSecrets.DECLARATION,
          SecretData.encoded(verified(text, passwords, missing, former(live))));
      return data;
    }
    passwords.forEach((user, password) -> data.put(user, SecretData.encoded(password)));
    live.map(Secret::getData)
        .ifPresent(
            before ->
                missing.stream()
                    .filter(before::containsKey)
                    .forEach(user -> data.put(user, before.get(user))));
    return data;
  }

  private static String password(Secret from, SecretKey where, String user) throws Missing {
    if (from == null)
      throw new Missing(
          "there is no Secret %s, which has the password of %s".formatted(where.name(), user));
    var value = from.getData() == null ? null : from.getData().get(where.key());
    if (value == null || value.isEmpty())
      throw new Missing(
          // One of ours that could not be decrypted says why.
          Annotations.of(from, Names.PASSWORDS_MISSING)
              .orElse(
                  "the Secret %s has no %s, which is the password of %s"
                      .formatted(where.name(), where.key(), user)));
    var text = SecretData.decoded(value);
    return switch (PasswordText.of(text)) {
      case PasswordText.Fit(var fit) -> fit;
      case PasswordText.Unfit(var why) ->
          throw new Missing("%s of the Secret %s %s".formatted(where.key(), where.name(), why));
    };
  }

  /** Those of ours by one request, and each of the others by another. */
  private record OfKubernetes(KubernetesClient client) implements Sources {
    @Override
    public Map<String, Secret> read(String namespace, String cluster, SortedSet<String> names) {
      var found = new TreeMap<String, Secret>();
      if (names.isEmpty()) return found;
      client
          .secrets()
          .inNamespace(namespace)
          .withLabel(Names.CLUSTER_LABEL, cluster)
          .list()
          .getItems()
          .stream()
          .filter(secret -> names.contains(name(secret)))
          .forEach(secret -> found.put(name(secret), secret));
      for (var name : names) {
        if (found.containsKey(name)) continue;
        other(namespace, name).ifPresent(secret -> found.put(name, secret));
      }
      return found;
    }

    /** One that may not be read is as good as missing, and no reason to leave the rest undone. */
    private Optional<Secret> other(String namespace, String name) {
      try {
        return Optional.ofNullable(client.secrets().inNamespace(namespace).withName(name).get());
      } catch (KubernetesClientException e) {
        if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) throw e;
        return Optional.of(unreadable(name));
      }
    }
  }

  /**
   * What stands for a Secret that pgbaton may not read: its words are told in place of its value.
   */
  static Secret unreadable(String name) {
    return new SecretBuilder()
        .withNewMetadata()
        .withName(name)
        .withResourceVersion("-")
        .addToAnnotations(
            Names.PASSWORDS_MISSING,
            "the Secret %s may not be read by pgbaton, and has a password that is declared"
                .formatted(name))
        .endMetadata()
        .build();
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
      var json = SecretData.decoded(text.get());
      DeclarationJson.read(json)
          .users()
          .forEach(user -> user.verifier().ifPresent(v -> verifiers.put(user.name(), v)));
    } catch (IllegalArgumentException _) {
      // Somebody wrote something else into it: it is made anew.
    }
    return verifiers;
  }

  private static String verified(
      String text,
      Map<String, String> passwords,
      Set<String> missing,
      Map<String, Verifier> former) {
    var unknown = new TreeSet<>(missing);
    unknown.removeAll(former.keySet());
    var declared = DeclarationJson.read(text).without(unknown);
    return DeclarationJson.write(
        new Declaration(
            declared.users().stream()
                .map(user -> verified(user, passwords.get(user.name()), former, missing))
                .toList(),
            declared.databases()));
  }

  private static User verified(
      User user, String password, Map<String, Verifier> former, Set<String> missing) {
    var before = former.get(user.name());
    if (password == null) return missing.contains(user.name()) ? user.with(before) : user;
    if (before != null && ScramSecret.fits(before.text(), password)) return user.with(before);
    return user.with(new Verifier(ScramSecret.of(password, RANDOM)));
  }
}
