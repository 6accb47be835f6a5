package dev.pgbaton.kube;

import dev.pgbaton.catalog.Declaration;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.desired.UserSecrets;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.function.BiFunction;

/** What an instance is told of users and databases: the one Secret that it may read. */
public final class DeclaredUsers {
  private final KubernetesClient client;
  private final ClusterLayout layout;

  public DeclaredUsers(KubernetesClient client, ClusterLayout layout) {
    this.client = client;
    this.layout = layout;
  }

  /**
   * @param told makes something of its hash and the declaration
   * @throws IllegalStateException with words for a person
   */
  public <T> T read(BiFunction<String, Declaration, T> told) {
    var name = layout.usersSecret();
    try {
      var secret = client.secrets().inNamespace(layout.id().namespace()).withName(name).get();
      if (secret == null) throw new IllegalStateException("there is no Secret " + name);
      return UserSecrets.told(secret, told);
    } catch (KubernetesClientException e) {
      throw new IllegalStateException(ApiError.words(e), e);
    }
  }
}
