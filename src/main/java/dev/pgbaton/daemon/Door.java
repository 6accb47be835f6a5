package dev.pgbaton.daemon;

import dev.pgbaton.kube.Visitors;
import dev.pgbaton.web.Doorkeeper;
import dev.pgbaton.web.OidcSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.Optional;
import java.util.function.Function;

/**
 * The page's buttons are for whoever could do the same by kubectl; in the sandbox, for its user.
 */
@ApplicationScoped
class Door implements Doorkeeper {
  private final DaemonConfig config;
  private final Instance<KubernetesClient> client;

  Door(DaemonConfig config, Instance<KubernetesClient> client) {
    this.config = config;
    this.client = client;
  }

  @Override
  public Open open() {
    if (config.sandbox()) return Open.TO_THIS_MACHINE;
    return config.web().actions().equals("kubernetes") ? Open.TO_WHO_MAY : Open.TO_NOBODY;
  }

  @Override
  public Optional<OidcSettings> issuer() {
    return open() == Open.TO_WHO_MAY ? DaemonSettings.oidc(config) : Optional.empty();
  }

  @Override
  public Optional<String> who(Token token) {
    return asked(visitors -> visitors.who(token.value()));
  }

  @Override
  public boolean may(Proof proof, Right right) {
    return asked(
        visitors ->
            switch (proof) {
              case Token(var token) ->
                  visitors.mayPatch(
                      token, right.group(), right.resource(), right.namespace(), right.name());
              case Person(var user, var groups) ->
                  visitors.mayPatch(
                      user,
                      groups,
                      right.group(),
                      right.resource(),
                      right.namespace(),
                      right.name());
            });
  }

  private <T> T asked(Function<Visitors, T> question) {
    try {
      return question.apply(new Visitors(client.get()));
    } catch (KubernetesClientException e) {
      // Its message may name what was sent: the token.
      throw new NotAnswered("Kubernetes does not say (%d)".formatted(e.getCode()), null);
    }
  }
}
