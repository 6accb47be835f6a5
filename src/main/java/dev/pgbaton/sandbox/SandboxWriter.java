package dev.pgbaton.sandbox;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.UserSecrets;
import dev.pgbaton.tls.CertificateSecrets;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

final class SandboxWriter implements ClusterWriter {
  private final ObjectStore store;
  private final ServerSideApply apply;
  private final Deletions deletions;
  private final DaemonCache cache;
  private final ApiServer api;
  private final Consumer<Secret> passwords;

  /**
   * @param passwords brings them into what a primary is told of users; nothing where nobody logs in
   */
  SandboxWriter(
      ObjectStore store,
      ServerSideApply apply,
      Deletions deletions,
      DaemonCache cache,
      ApiServer api,
      Consumer<Secret> passwords) {
    this.store = store;
    this.apply = apply;
    this.deletions = deletions;
    this.cache = cache;
    this.api = api;
    this.passwords = passwords;
  }

  @Override
  public Written write(DesiredObject object) {
    return request(
        object.key(),
        () ->
            switch (object.policy()) {
              case APPLY, ADOPT, GENERATED, COMPOSED, DECRYPTED ->
                  api.nextFieldConflicts()
                      ? new Written.Conflict(
                          "the field manager kubectl-edit owns fields of " + object.key())
                      : new Written.Done(
                          apply.apply(filled(object.object()), AppliedHash.of(object.object())));
              case CREATE_ONCE, GENERATE_ONCE ->
                  new Written.Done(
                      store
                          .find(object.key())
                          .orElseGet(() -> store.create(made(Json.copy(object.object())))));
            });
  }

  private static HasMetadata made(HasMetadata object) {
    if (CertificateSecrets.is(object))
      CertificateSecrets.fillAuthority((Secret) object, Instant.now());
    return object;
  }

  private HasMetadata filled(HasMetadata object) {
    if (CertificateSecrets.is(object)) return signed((Secret) Json.copy(object));
    if (!(object instanceof Secret declared) || !UserSecrets.isDeclaration(declared)) return object;
    var secret = Json.copy(declared);
    passwords.accept(secret);
    return secret;
  }

  private Secret signed(Secret secret) {
    var namespace = secret.getMetadata().getNamespace();
    var name = CertificateSecrets.authority(secret);
    var authority = store.find(new ObjectKey("Secret", namespace, name), Secret.class);
    var live =
        store.find(
            new ObjectKey("Secret", namespace, secret.getMetadata().getName()), Secret.class);
    authority.ifPresent(signer -> CertificateSecrets.fill(secret, live, signer, Instant.now()));
    return secret;
  }

  @Override
  public Written evict(ClusterLayout layout, PodRef pod) {
    return pod(
        layout,
        pod,
        p ->
            deletions
                .evict(p)
                .<Written>map(Written.NotNow::new)
                .orElseGet(() -> new Written.Done(p)));
  }

  @Override
  public Written deletePod(ClusterLayout layout, PodRef pod) {
    return pod(
        layout,
        pod,
        p -> {
          deletions.delete(p);
          return new Written.Done(p);
        });
  }

  @Override
  public Written requestHandoff(ClusterLayout layout, String leaseVersion, PodRef candidate) {
    return annotateLease(layout, leaseVersion, Map.of(Names.HANDOFF_TO, candidate.name()));
  }

  @Override
  public Written requestRestart(ClusterLayout layout, String leaseVersion, PodRef holder) {
    return annotateLease(layout, leaseVersion, Map.of(Names.RESTART, holder.name()));
  }

  @Override
  public Written announceUsers(
      ClusterLayout layout, String leaseVersion, String hash, Instant now) {
    return annotateLease(
        layout, leaseVersion, Map.of(Names.USERS, hash, Names.USERS_TOLD, now.toString()));
  }

  private Written annotateLease(ClusterLayout layout, String version, Map<String, String> notes) {
    var key = layout.key("Lease", layout.lease());
    return request(
        key,
        () ->
            store
                .find(key, Lease.class)
                .filter(l -> l.getMetadata().getResourceVersion().equals(version))
                .<Written>map(
                    l ->
                        new Written.Done(
                            store.replace(
                                l.edit()
                                    .editMetadata()
                                    .addToAnnotations(notes)
                                    .removeFromAnnotations(Names.HANDOFF_REFUSED)
                                    .endMetadata()
                                    .build())))
                .orElseGet(() -> new Written.Stale("the Lease has changed")));
  }

  @Override
  public Written rotate(
      ClusterLayout layout, String secretVersion, LoginTurn.Phase to, String rotation) {
    var key = layout.key("Secret", layout.credentialsSecret());
    return request(
        key,
        () ->
            store
                .find(key, Secret.class)
                .filter(s -> s.getMetadata().getResourceVersion().equals(secretVersion))
                .<Written>map(s -> turned(s, to, rotation))
                .orElseGet(() -> new Written.Stale(key + " has changed")));
  }

  /** Nobody has passwords here: only whose turn it is. */
  private Written turned(Secret secret, LoginTurn.Phase to, String rotation) {
    var meta = secret.getMetadata();
    var turn =
        Annotations.of(secret, Names.LOGINS)
            .flatMap(LoginTurn::parse)
            .orElse(LoginTurn.AT_FIRST)
            .next(meta.getResourceVersion());
    return turn.phase() == to
        ? new Written.Done(
            store.replace(
                secret
                    .edit()
                    .editMetadata()
                    .addToAnnotations(Names.LOGINS, turn.text())
                    .addToAnnotations(Names.ROTATION, rotation)
                    .endMetadata()
                    .build()))
        : new Written.Stale("the Secret is not where it was in its rotation");
  }

  @Override
  public Written annotateLogins(ClusterLayout layout, PodRef pod, String id) {
    return annotate(layout, pod, Names.LOGINS, id);
  }

  @Override
  public Written annotateReload(ClusterLayout layout, PodRef pod, String hash) {
    return annotate(layout, pod, Names.RELOAD, hash);
  }

  private Written annotate(ClusterLayout layout, PodRef pod, String name, String value) {
    return pod(
        layout,
        pod,
        p ->
            new Written.Done(
                store.replace(
                    p.edit().editMetadata().addToAnnotations(name, value).endMetadata().build())));
  }

  @Override
  public Written claim(ClusterLayout layout, PodRef pod) {
    return label(layout, pod, Names.CLUSTER_LABEL, layout.id().name());
  }

  @Override
  public Written labelRole(ClusterLayout layout, PodRef pod, Role role) {
    return label(layout, pod, Names.ROLE_LABEL, role.label());
  }

  private Written label(ClusterLayout layout, PodRef pod, String name, String value) {
    return pod(
        layout,
        pod,
        p ->
            new Written.Done(
                store.replace(
                    p.edit().editMetadata().addToLabels(name, value).endMetadata().build())));
  }

  @Override
  public Written delete(ObjectKey key, String uid) {
    return request(
        key,
        () -> {
          var there = store.find(key).filter(o -> o.getMetadata().getUid().equals(uid));
          if (there.isEmpty()) return new Written.Stale(key + " is another one now");
          store.remove(key);
          return new Written.Done(null);
        });
  }

  private Written pod(ClusterLayout layout, PodRef ref, Function<Pod, Written> write) {
    var key = layout.key("Pod", ref.name());
    return request(
        key,
        () ->
            store
                .find(key, Pod.class)
                .filter(p -> p.getMetadata().getUid().equals(ref.uid()))
                .map(write)
                .orElseGet(() -> new Written.Stale(ref.name() + " is another pod now")));
  }

  private Written request(ObjectKey key, Supplier<Written> write) {
    if (api.away()) return new Written.NotNow("the API server does not answer");
    if (api.nextConflicts()) return new Written.Stale("somebody else wrote first");
    var before = store.version();
    var written = write.get();
    if (api.nextAnswerIsLost())
      return new Written.NotNow("the connection was lost before the answer came");
    if (written instanceof Written.Done && store.version() > before)
      cache.wrote(key.kind(), store.version());
    return written;
  }

  /** Somebody's {@code kubectl edit}. */
  static <T extends HasMetadata> void edit(
      ObjectStore store, ObjectKey key, Class<T> type, UnaryOperator<T> change) {
    store.update(
        key,
        type,
        o -> {
          var next = Json.copy(change.apply(o));
          next.getMetadata().setGeneration(o.getMetadata().getGeneration() + 1);
          return next;
        });
  }
}
