package dev.pgbaton.kube;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.PasswordPlace;
import dev.pgbaton.cluster.SecretData;
import dev.pgbaton.cluster.ToldPasswords;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What an instance reads of its manifests' Secrets, as long as it may. */
public final class OwnersPasswords {
  private final KubernetesClient client;
  private final String namespace;

  public OwnersPasswords(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /**
   * The passwords in the order of their places; empty while the Secrets are in another state than
   * the one that was told.
   *
   * @throws IllegalStateException with words for a person
   */
  public Optional<List<String>> read(ToldPasswords told) {
    var secrets = new TreeMap<String, Secret>();
    for (var place : told.places()) secrets.computeIfAbsent(place.secret(), this::secret);
    var state =
        secrets.values().stream()
            .flatMap(secret -> Annotations.of(secret, Names.PASSWORDS).stream())
            .collect(Collectors.joining("-"));
    if (!state.equals(told.id())) return Optional.empty();
    var passwords = new ArrayList<String>();
    for (var place : told.places()) passwords.add(password(secrets.get(place.secret()), place));
    return Optional.of(passwords);
  }

  private Secret secret(String name) {
    try {
      var secret = client.secrets().inNamespace(namespace).withName(name).get();
      if (secret == null) throw new IllegalStateException("there is no Secret " + name);
      return secret;
    } catch (KubernetesClientException e) {
      throw new IllegalStateException(ApiError.words(e), e);
    }
  }

  private static String password(Secret secret, PasswordPlace place) {
    var value = secret.getData() == null ? null : secret.getData().get(place.key());
    if (value == null)
      throw new IllegalStateException(
          "the Secret %s has no key %s".formatted(place.secret(), place.key()));
    return SecretData.decoded(value);
  }
}
