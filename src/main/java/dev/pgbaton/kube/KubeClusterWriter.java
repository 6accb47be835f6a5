package dev.pgbaton.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.ToldPasswords;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.ApplyPolicy;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.tls.CertificateSecrets;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Writes to the API server, each write once: whoever planned it decides whether to try again. */
final class KubeClusterWriter implements ClusterWriter {
  private static final Logger LOG = Logger.getLogger(KubeClusterWriter.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** As text: the client's own serializer drops the null. */
  private static final String ON_DELETE =
      "{\"spec\":{\"updateStrategy\":{\"type\":\"OnDelete\",\"rollingUpdate\":null}}}";

  private final KubernetesClient client;
  private final OwnWrites ownWrites;
  private final DecryptedPasswords decrypted;

  KubeClusterWriter(KubernetesClient client, OwnWrites ownWrites, DecryptedPasswords decrypted) {
    this.client = client;
    this.ownWrites = ownWrites;
    this.decrypted = decrypted;
  }

  @Override
  public Written write(DesiredObject desired) {
    var object = client.getKubernetesSerialization().clone(desired.object());
    return switch (desired.policy()) {
      case APPLY, ADOPT -> apply(desired, object);
      case COMPOSED -> compose(desired, (Secret) object);
      case DECRYPTED -> decrypt(desired, (Secret) object);
      case CREATE_ONCE -> create(desired.key(), object);
      case GENERATED -> generate(desired, (Secret) object);
      case GENERATE_ONCE -> {
        if (CertificateSecrets.is(object))
          CertificateSecrets.fillAuthority((Secret) object, Instant.now());
        else if (object instanceof Secret secret) GeneratedPasswords.fill(secret);
        yield create(desired.key(), object);
      }
    };
  }

  private Written compose(DesiredObject desired, Secret secret) {
    var applied = AppliedHash.of(desired.object());
    try {
      var live = Optional.ofNullable(client.resource(secret).get());
      if (live.isPresent() && !AppliedHash.isOn(live.get()))
        return new Written.Refused(
            desired.key()
                + " is there already, and was made by somebody else. Give that one another name: this one is for what pgbaton declares");
      if (CertificateSecrets.is(secret)) {
        var authority =
            client
                .secrets()
                .inNamespace(desired.key().namespace())
                .withName(CertificateSecrets.authority(secret))
                .get();
        if (authority == null)
          return new Written.Stale("the authority of %s is not there".formatted(desired.key()));
        CertificateSecrets.fill(secret, live, authority, Instant.now());
      } else ComposedSecrets.in(client).fill(secret, live);
      annotate(secret, Names.APPLIED, applied);
      return done(desired.key(), serverSideApply(secret, true), Optional.empty());
    } catch (IllegalArgumentException e) {
      return new Written.Refused(e.getMessage());
    } catch (KubernetesClientException e) {
      return ApiError.translate(e);
    }
  }

  /** One that was generated before becomes this one. */
  private Written decrypt(DesiredObject desired, Secret secret) {
    try {
      var live = Optional.ofNullable(client.resource(secret).get());
      if (live.isPresent() && !AppliedHash.isOurs(live.get()))
        return new Written.Refused(
            desired.key()
                + " is there already, and was made by somebody else. Give that one another name: this one is for what pgbaton declares");
      decrypted.fill(secret, live);
      annotate(secret, Names.APPLIED, AppliedHash.of(desired.object()));
      return done(desired.key(), serverSideApply(secret, true), Optional.empty());
    } catch (KubernetesClientException e) {
      return ApiError.translate(e);
    }
  }

  /** The word and the password that it is for are one write: there is nothing in between. */
  private Written generate(DesiredObject desired, Secret secret) {
    return attempt(
        () -> {
          annotate(secret, Names.APPLIED, AppliedHash.of(desired.object()));
          var live = client.resource(secret).get();
          if (live == null) {
            GeneratedPasswords.fill(secret);
            return create(desired.key(), secret);
          }
          if (desired.isLeftAs(live)) return existing(desired.key(), secret);
          GeneratedPasswords.fill(secret, live);
          // Of this version only: a password that somebody writes meanwhile is not lost.
          secret.getMetadata().setResourceVersion(live.getMetadata().getResourceVersion());
          return done(desired.key(), serverSideApply(secret, true), Optional.empty());
        });
  }

  private Written apply(DesiredObject desired, HasMetadata object) {
    // A plain hash lies open beside the Secret and lets a weak password be guessed.
    if (object instanceof Secret)
      return new Written.Refused(desired.key() + ": only generated Secrets are handled yet");
    annotate(object, Names.APPLIED, AppliedHash.of(desired.object()));
    try {
      alone(object);
      return done(desired.key(), serverSideApply(object, false), Optional.empty());
    } catch (KubernetesClientException e) {
      if (object instanceof Service service && ApiError.invalid(e))
        return ports(desired.key(), service, e);
      if (object instanceof StatefulSet set && ApiError.invalid(e))
        return strategy(desired, set, e);
      return ApiError.conflict(e)
          .map(conflict -> settle(desired, object, conflict))
          .orElseGet(() -> ApiError.translate(e));
    }
  }

  /**
   * What was taken over is still owned by whoever applied it before, too, and what is removed now
   * would stay for their sake.
   */
  private void alone(HasMetadata object) {
    for (int tries = 0; tries < 3; tries++) {
      var live = client.resource(object).get();
      if (live == null || !AppliedHash.isOn(live)) return;
      var owners = Ownership.alone(live.getMetadata().getManagedFields());
      if (owners.isEmpty()) return;
      try {
        client
            .resource(live)
            .patch(
                PatchContext.of(PatchType.JSON),
                json(
                    List.of(
                        replaced("managedFields", owners.get()),
                        // Of this version only: 409 if somebody wrote it meanwhile.
                        replaced("resourceVersion", live.getMetadata().getResourceVersion()))));
        return;
      } catch (KubernetesClientException e) {
        if (e.getCode() != HttpURLConnection.HTTP_CONFLICT || tries == 2) throw e;
      }
    }
  }

  private static Map<String, Object> replaced(String field, Object value) {
    return Map.of("op", "replace", "path", "/metadata/" + field, "value", value);
  }

  /**
   * A Service's port whose number was changed by hand is another item of the list, of the same
   * name: an apply adds ours beside it, which is refused. So the list is put right first.
   */
  private Written ports(ObjectKey key, Service service, KubernetesClientException refusal) {
    return attempt(
        () -> {
          var live = client.resource(service).get();
          if (live == null || !wasApplied(service)) return ApiError.translate(refusal);
          var changed = new ServiceBuilder(live).build();
          changed.getSpec().setPorts(withNodePorts(service, live));
          client
              .resource(live)
              .patch(
                  new PatchContext.Builder()
                      .withPatchType(PatchType.JSON)
                      .withFieldManager(FieldConflict.REPAIR)
                      .build(),
                  changed);
          return done(key, serverSideApply(service, true), Optional.of("spec.ports"));
        });
  }

  /** The wanted ports, each with the node port that it has: Kubernetes may have chosen it. */
  private static List<ServicePort> withNodePorts(Service wanted, Service live) {
    return wanted.getSpec().getPorts().stream()
        .map(
            port ->
                live.getSpec().getPorts().stream()
                    .filter(p -> port.getNodePort() == null)
                    .filter(p -> Objects.equals(p.getName(), port.getName()))
                    .findFirst()
                    .map(p -> new ServicePortBuilder(port).withNodePort(p.getNodePort()).build())
                    .orElse(port))
        .toList();
  }

  /**
   * What people change by hand on an object that is ours is taken back; other machines are not
   * fought.
   */
  private Written settle(DesiredObject desired, HasMetadata object, FieldConflict conflict) {
    return attempt(
        () -> {
          var ours = wasApplied(object);
          if (ours ? !conflict.byHand() : desired.policy() != ApplyPolicy.ADOPT)
            return new Written.Conflict(
                "%s: the spec sets fields that others own: %s"
                    .formatted(desired.key(), conflict.text()));
          return done(desired.key(), forced(object), Optional.of(conflict.text()));
        });
  }

  private Written strategy(
      DesiredObject desired, StatefulSet set, KubernetesClientException refusal) {
    return attempt(
        () ->
            (desired.policy() == ApplyPolicy.ADOPT || wasApplied(set)) && rollsByItself(set)
                ? done(desired.key(), forced(set), Optional.of("spec.updateStrategy"))
                : ApiError.translate(refusal));
  }

  private boolean rollsByItself(StatefulSet set) {
    var live = client.resource(set).get();
    return live != null && !"OnDelete".equals(live.getSpec().getUpdateStrategy().getType());
  }

  /**
   * Takes what others own. The partition of a RollingUpdate stays behind in an apply, though nobody
   * asked for it, and OnDelete with it is refused: so the strategy is changed first, and then the
   * template.
   */
  private HasMetadata forced(HasMetadata object) {
    try {
      return serverSideApply(object, true);
    } catch (KubernetesClientException e) {
      if (!(object instanceof StatefulSet set && ApiError.invalid(e) && rollsByItself(set)))
        throw e;
      client
          .resource(set)
          .patch(
              new PatchContext.Builder()
                  .withPatchType(PatchType.JSON_MERGE)
                  .withFieldManager(FieldConflict.REPAIR)
                  .build(),
              ON_DELETE);
      return serverSideApply(object, true);
    }
  }

  private boolean wasApplied(HasMetadata object) {
    var live = client.resource(object).get();
    return live != null && AppliedHash.isOn(live);
  }

  private HasMetadata serverSideApply(HasMetadata object, boolean force) {
    return client
        .resource(object)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(Names.MANAGER)
                .withForce(force)
                .build());
  }

  private Written create(ObjectKey key, HasMetadata object) {
    // Nobody can change one of these: whether it is still what Git says is told by this.
    if (object instanceof Pod || object instanceof Job)
      annotate(object, Names.APPLIED, AppliedHash.of(object));
    try {
      return done(key, client.resource(object).create(), Optional.empty());
    } catch (KubernetesClientException e) {
      return ApiError.alreadyExists(e) ? existing(key, object) : ApiError.translate(e);
    }
  }

  /**
   * Somebody was quicker, or it is older than the cluster: a Secret with passwords of one's own.
   */
  private Written existing(ObjectKey key, HasMetadata object) {
    return attempt(
        () -> {
          var live = client.resource(object).get();
          if (live == null) return new Written.Stale(key + " came and went");
          var trimmed = Trim.inPlace(live);
          if (selected(trimmed)) ownWrites.wrote(key, trimmed);
          else ownWrites.found(key, trimmed);
          return new Written.Done(trimmed);
        });
  }

  private static boolean selected(HasMetadata object) {
    return Trim.cluster(object).isPresent() || object.getMetadata().getNamespace() == null;
  }

  @Override
  public Written evict(ClusterLayout layout, PodRef pod) {
    var eviction =
        Map.of(
            "apiVersion",
            "policy/v1",
            "kind",
            "Eviction",
            "metadata",
            Map.of("namespace", layout.id().namespace(), "name", pod.name()),
            "deleteOptions",
            Map.of("preconditions", Map.of("uid", pod.uid())));
    try {
      // The server tries for ten seconds before it says that the precondition fails.
      var live = client.pods().inNamespace(layout.id().namespace()).withName(pod.name()).get();
      if (live == null || !pod.uid().equals(live.getMetadata().getUid()))
        return new Written.Stale(pod + " is gone already");
      // Raw: the client's own evict() keeps the budget's words to itself.
      client.raw(
          "/api/v1/namespaces/%s/pods/%s/eviction".formatted(layout.id().namespace(), pod.name()),
          "POST",
          json(eviction));
      ownWrites.ended(layout.key("Pod", pod.name()), pod.uid());
      return new Written.Done(null);
    } catch (KubernetesClientException e) {
      return e.getCode() == 429 ? new Written.NotNow(ApiError.budget(e)) : ApiError.translate(e);
    }
  }

  @Override
  public Written deletePod(ClusterLayout layout, PodRef pod) {
    return delete(layout.key("Pod", pod.name()), pod.uid());
  }

  @Override
  public Written delete(ObjectKey key, String uid) {
    var body =
        Map.of(
            "apiVersion",
            "v1",
            "kind",
            "DeleteOptions",
            "preconditions",
            Map.of("uid", uid),
            "propagationPolicy",
            DeletionPropagation.BACKGROUND.toString());
    try {
      var live = mayBeOthers(key);
      var why = live.flatMap(object -> others(key, object));
      if (why.isPresent()) return disown(key, live.get(), why.get());
      client.raw(path(key), "DELETE", json(body));
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404) return ApiError.translate(e);
    }
    ownWrites.ended(key, uid);
    return new Written.Done(null);
  }

  @Override
  public Optional<String> othersOf(ObjectKey key) {
    try {
      return mayBeOthers(key).flatMap(live -> others(key, live));
    } catch (KubernetesClientException e) {
      // Deleting it says why it can't be asked.
      return Optional.empty();
    }
  }

  private Optional<HasMetadata> mayBeOthers(ObjectKey key) {
    // Nobody applies these a second time.
    if (key.namespace() == null || key.kind().equals("Pod") || key.kind().equals("Job"))
      return Optional.empty();
    return Optional.ofNullable(
        client
            .resources(Kinds.named(key.kind()))
            .inNamespace(key.namespace())
            .withName(key.name())
            .get());
  }

  /**
   * Whether another tool has applied it since, or others' pods read it: what was handed on, and
   * what is shared, is not deleted.
   */
  private Optional<String> others(ObjectKey key, HasMetadata live) {
    return Ownership.appliedSince(live.getMetadata().getManagedFields())
        .map("%s has applied it since"::formatted)
        .or(() -> reader(key).map("pod %s reads it"::formatted));
  }

  private Optional<String> reader(ObjectKey key) {
    return key.kind().equals("ConfigMap")
        ? OthersPods.reading(key, client.pods().inNamespace(key.namespace()).list().getItems())
        : Optional.empty();
  }

  /** It is no longer known by anything to be pgbaton's. */
  private Written disown(ObjectKey key, HasMetadata live, String why) {
    LOG.infof("%s is left as it is: %s", key, why);
    var nothing = new HashMap<String, String>();
    nothing.put(Names.CLUSTER_LABEL, null);
    var noNote = new HashMap<String, String>();
    noNote.put(Names.APPLIED, null);
    var written =
        merge(
            key,
            live,
            Map.of("uid", live.getMetadata().getUid(), "labels", nothing, "annotations", noNote));
    return written instanceof Written.Done(var object, _)
        ? new Written.Done(object, Optional.of(why))
        : written;
  }

  private static String path(ObjectKey key) {
    var type = Kinds.named(key.kind());
    var version = HasMetadata.getApiVersion(type);
    return "%s/%s%s/%s/%s"
        .formatted(
            version.contains("/") ? "/apis" : "/api",
            version,
            key.namespace() == null ? "" : "/namespaces/" + key.namespace(),
            HasMetadata.getPlural(type),
            key.name());
  }

  @Override
  public Written requestHandoff(ClusterLayout layout, String leaseVersion, PodRef candidate) {
    var annotations = new HashMap<String, String>();
    annotations.put(Names.HANDOFF_TO, candidate.name());
    // What was said to an earlier request is no answer to this one.
    annotations.put(Names.HANDOFF_REFUSED, null);
    return patchLease(layout, leaseVersion, annotations);
  }

  @Override
  public Written requestRestart(ClusterLayout layout, String leaseVersion, PodRef holder) {
    return patchLease(layout, leaseVersion, Map.of(Names.RESTART, holder.name()));
  }

  @Override
  public Written announceUsers(
      ClusterLayout layout, String leaseVersion, String hash, Instant now) {
    return patchLease(
        layout,
        leaseVersion,
        Map.of(
            Names.USERS, hash, Names.USERS_TOLD, now.truncatedTo(ChronoUnit.SECONDS).toString()));
  }

  @Override
  public Written rotate(
      ClusterLayout layout, String secretVersion, LoginTurn.Phase to, String rotation) {
    var key = layout.key("Secret", layout.credentialsSecret());
    return attempt(
        () -> {
          var live =
              client
                  .secrets()
                  .inNamespace(layout.id().namespace())
                  .withName(layout.credentialsSecret())
                  .get();
          if (live == null || !live.getMetadata().getResourceVersion().equals(secretVersion))
            return new Written.Stale(key + " has changed");
          var turned = RotatedLogins.turned(live, to, rotation);
          if (turned.isEmpty())
            return new Written.Stale(key + " is not where it was in its rotation");
          return patch(key, live, turned.get());
        });
  }

  @Override
  public Written annotateLogins(ClusterLayout layout, PodRef pod, String id) {
    return patchPod(layout, pod, "annotations", Names.LOGINS, id);
  }

  @Override
  public Written writePasswords(DesiredObject desired) {
    var key = desired.key();
    return attempt(
        () -> {
          var live = client.secrets().inNamespace(key.namespace()).withName(key.name()).get();
          if (live == null) return new Written.Stale(key + " is gone");
          var change = OwnersSecrets.change((Secret) desired.object(), live);
          return change.isEmpty()
              ? new Written.Done(Trim.inPlace(live))
              : patch(key, live, change.get());
        });
  }

  @Override
  public Written announcePasswords(ClusterLayout layout, String leaseVersion, ToldPasswords told) {
    return patchLease(layout, leaseVersion, Map.of(Names.PASSWORDS, told.text()));
  }

  private Written patchLease(
      ClusterLayout layout, String version, Map<String, String> annotations) {
    var lease =
        new LeaseBuilder()
            .withNewMetadata()
            .withNamespace(layout.id().namespace())
            .withName(layout.lease())
            .endMetadata()
            .build();
    return merge(
        layout.key("Lease", layout.lease()),
        lease,
        Map.of("resourceVersion", version, "annotations", annotations));
  }

  @Override
  public Written annotateReload(ClusterLayout layout, PodRef pod, String hash) {
    return patchPod(layout, pod, "annotations", Names.RELOAD, hash);
  }

  @Override
  public Written claim(ClusterLayout layout, PodRef pod) {
    return patchPod(layout, pod, "labels", Names.CLUSTER_LABEL, layout.id().name());
  }

  @Override
  public Written labelRole(ClusterLayout layout, PodRef pod, Role role) {
    return patchPod(
        layout,
        pod,
        "labels",
        Names.ROLE_LABEL,
        switch (role) {
          case PRIMARY -> "primary";
          case REPLICA -> "replica";
          case UNKNOWN -> null;
        });
  }

  private Written patchPod(
      ClusterLayout layout, PodRef ref, String field, String name, String value) {
    Pod pod =
        new PodBuilder()
            .withMetadata(
                new ObjectMetaBuilder()
                    .withNamespace(layout.id().namespace())
                    .withName(ref.name())
                    .build())
            .build();
    var change = new HashMap<String, String>();
    change.put(name, value);
    // The UID alone: a pod's version moves with every probe, and what is set here fits any of them.
    return merge(layout.key("Pod", ref.name()), pod, Map.of("uid", ref.uid(), field, change));
  }

  private Written merge(ObjectKey key, HasMetadata object, Map<String, Object> metadata) {
    return patch(key, object, Map.of("metadata", metadata));
  }

  private Written patch(ObjectKey key, HasMetadata object, Map<String, Object> change) {
    var context =
        new PatchContext.Builder()
            .withPatchType(PatchType.JSON_MERGE)
            .withFieldManager(Names.MANAGER)
            .build();
    // As text: a null in a merge patch removes, and the client's own serializer drops it.
    var patch = json(change);
    return attempt(
        () -> done(key, client.resource(object).patch(context, patch), Optional.empty()));
  }

  private Written done(ObjectKey key, HasMetadata object, Optional<String> overruled) {
    ownWrites.wrote(key, object);
    return new Written.Done(Trim.inPlace(object), overruled);
  }

  private static Written attempt(Supplier<Written> write) {
    try {
      return write.get();
    } catch (KubernetesClientException e) {
      return ApiError.translate(e);
    }
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void annotate(HasMetadata object, String name, String value) {
    var annotations = new TreeMap<String, String>();
    if (object.getMetadata().getAnnotations() != null)
      annotations.putAll(object.getMetadata().getAnnotations());
    annotations.put(name, value);
    object.getMetadata().setAnnotations(annotations);
  }
}
