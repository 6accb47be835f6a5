package dev.pgbaton.kube;

import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import io.fabric8.kubernetes.api.model.authentication.UserInfoBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;

/** Whom a bearer token stands for, and what Kubernetes lets somebody do. */
public final class Visitors {
  /** What the API server adds to whoever has signed in. */
  private static final String EVERYBODY = "system:authenticated";

  private final KubernetesClient client;

  public Visitors(KubernetesClient client) {
    this.client = client;
  }

  /** The user's name; empty for a token that is not valid. */
  public Optional<String> who(String token) {
    return user(token).map(UserInfo::getUsername);
  }

  private Optional<UserInfo> user(String token) {
    var review =
        client
            .tokenReviews()
            .create(new TokenReviewBuilder().withNewSpec().withToken(token).endSpec().build());
    var status = review.getStatus();
    return Optional.ofNullable(status)
        .filter(s -> Boolean.TRUE.equals(s.getAuthenticated()))
        .map(s -> s.getUser());
  }

  /** Whether the token is valid and its user may patch that object. */
  public boolean mayPatch(
      String token, String group, String resource, String namespace, String name) {
    return user(token).filter(u -> mayPatch(u, group, resource, namespace, name)).isPresent();
  }

  /** Whether somebody with that name and in those groups may patch that object. */
  public boolean mayPatch(
      String user,
      List<String> groups,
      String group,
      String resource,
      String namespace,
      String name) {
    return mayPatch(
        new UserInfoBuilder().withUsername(user).withGroups(groups).addToGroups(EVERYBODY).build(),
        group,
        resource,
        namespace,
        name);
  }

  private boolean mayPatch(
      UserInfo user, String group, String resource, String namespace, String name) {
    var spec =
        new SubjectAccessReviewBuilder()
            .withNewSpec()
            .withUser(user.getUsername())
            .withUid(user.getUid())
            .withGroups(user.getGroups())
            .withExtra(user.getExtra())
            .withNewResourceAttributes()
            .withVerb("patch")
            .withGroup(group)
            .withResource(resource)
            .withNamespace(namespace)
            .withName(name)
            .endResourceAttributes()
            .endSpec()
            .build();
    var status = client.authorization().v1().subjectAccessReview().create(spec).getStatus();
    return status != null && Boolean.TRUE.equals(status.getAllowed());
  }
}
