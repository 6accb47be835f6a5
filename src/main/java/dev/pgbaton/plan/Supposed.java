package dev.pgbaton.plan;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.cluster.LoginsTaken;
import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.UsersTaken;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.Certificates;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.InstanceProbe.Setting;
import dev.pgbaton.observed.InstanceProbe.Standby;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.ObservedCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A cluster as it would be once a commit was carried out and every instance is well, for whoever
 * has to tell without a cluster what the next commit would do. The first instance is its primary.
 */
public final class Supposed {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REVISION = "before";

  /** What an instance is at where nobody said anything: nothing of it is ever written anywhere. */
  private static final String UNTOLD = "its default";

  private final DesiredCluster before;
  private final DesiredCluster after;
  private final Instant now;

  private Supposed(DesiredCluster before, DesiredCluster after, Instant now) {
    this.before = before;
    this.after = after;
    this.now = now;
  }

  /** Before the first commit. */
  public static ObservedCluster nothing(DesiredCluster after) {
    return ObservedCluster.of(
        after.layout(),
        new ClusterSnapshot(certificate(after), List.of(), Set.of(), true),
        Map.of(),
        JournalEntry.EMPTY);
  }

  /**
   * @param before what is supposed to be carried out
   * @param after what is looked at next
   */
  public static ObservedCluster carriedOut(
      DesiredCluster before, DesiredCluster after, Instant now) {
    return new Supposed(before, after, now).observed();
  }

  private ObservedCluster observed() {
    var objects = new TreeMap<ObjectKey, HasMetadata>();
    objects.putAll(certificate(after));
    before.objects().forEach(object -> objects.put(object.key(), live(object)));
    var pods = new ArrayList<Pod>();
    var answers = new TreeMap<String, Answer>();
    var names = before.layout().podNames();
    for (var name : names) {
      var role = name.equals(names.getFirst()) ? Role.PRIMARY : Role.REPLICA;
      pods.add(pod(name, role));
      answers.put(name, answer(role, names));
    }
    return ObservedCluster.of(
        after.layout(),
        new ClusterSnapshot(objects, List.copyOf(pods), Set.of(), true),
        answers,
        JournalEntry.EMPTY);
  }

  /** Somebody else's, which nobody can look for here. */
  private static Map<ObjectKey, HasMetadata> certificate(DesiredCluster after) {
    var pods = after.statefulSet().getSpec().getTemplate();
    return Stream.of(Certificates.secretOf(pods), Certificates.replicationSecretOf(pods))
        .flatMap(Optional::stream)
        .collect(
            Collectors.toMap(
                name -> after.layout().key("Secret", name),
                name ->
                    new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace(after.layout().id().namespace())
                        .withName(name)
                        .endMetadata()
                        .build()));
  }

  private HasMetadata live(DesiredObject desired) {
    var object = desired.object();
    var meta = meta(desired);
    return switch (object) {
      case StatefulSet set ->
          new StatefulSetBuilder(set)
              .withMetadata(meta)
              .withNewStatus()
              .withObservedGeneration(1L)
              .withUpdateRevision(REVISION)
              .endStatus()
              .build();
      case Deployment deployment ->
          new DeploymentBuilder(deployment)
              .withMetadata(meta)
              .withNewStatus()
              .withObservedGeneration(1L)
              .withReplicas(deployment.getSpec().getReplicas())
              .withUpdatedReplicas(deployment.getSpec().getReplicas())
              .withAvailableReplicas(deployment.getSpec().getReplicas())
              .endStatus()
              .build();
      default -> {
        var copy = JSON.convertValue(object, object.getClass());
        copy.setMetadata(meta);
        yield copy;
      }
    };
  }

  private ObjectMeta meta(DesiredObject desired) {
    var applied = AppliedHash.of(desired.object());
    var meta =
        new ObjectMetaBuilder(desired.object().getMetadata())
            .withUid("supposed")
            .withResourceVersion("1")
            .withGeneration(1L)
            .addToAnnotations(Names.APPLIED, applied);
    var layout = before.layout();
    if (desired.key().equals(layout.key("Lease", layout.lease())))
      meta.addToAnnotations(Names.SYSTEM_IDENTIFIER, "supposed")
          .addToAnnotations(users().map(u -> Map.of(Names.USERS, u)).orElse(Map.of()));
    if (isOfUsers(desired)) meta.addToAnnotations(Names.USERS, applied);
    return meta.build();
  }

  private boolean isOfUsers(DesiredObject desired) {
    var layout = before.layout();
    return desired.key().equals(layout.key("Secret", layout.usersSecret()))
        || desired.key().equals(layout.key("Secret", layout.pgpoolUsersSecret()));
  }

  private Optional<String> users() {
    var layout = before.layout();
    return before.objects().stream()
        .filter(o -> o.key().equals(layout.key("Secret", layout.usersSecret())))
        .map(o -> AppliedHash.of(o.object()))
        .findFirst();
  }

  private Pod pod(String name, Role role) {
    var template = before.statefulSet().getSpec().getTemplate();
    return new PodBuilder()
        .withMetadata(
            new ObjectMetaBuilder(template.getMetadata())
                .withName(name)
                .withNamespace(before.layout().id().namespace())
                .withUid("supposed-" + name)
                .withResourceVersion("1")
                .addToLabels("controller-revision-hash", REVISION)
                .addToLabels(Names.CLUSTER_LABEL, before.layout().id().name())
                .addToLabels(Names.ROLE_LABEL, role.label())
                .addToAnnotations(Names.RELOAD, before.reloadHash())
                .build())
        .withSpec(template.getSpec())
        .withNewStatus()
        .withStartTime(now.minusSeconds(600).toString())
        .addNewCondition()
        .withType("Ready")
        .withStatus("True")
        .withLastTransitionTime(now.minusSeconds(300).toString())
        .endCondition()
        .endStatus()
        .build();
  }

  private Answer answer(Role role, List<String> names) {
    var standbys = new TreeMap<String, Standby>();
    if (role == Role.PRIMARY)
      names.stream().skip(1).forEach(n -> standbys.put(n, new Standby(true, 0, true)));
    return new Answer.Known(
        role,
        1,
        Lsn.parse("0/5000000"),
        standbys,
        settings(),
        List.of(),
        Optional.empty(),
        Map.of(),
        users().map(hash -> new UsersTaken(hash, List.of(), List.of())),
        Optional.of(LoginsTaken.NOTHING));
  }

  private Map<String, Setting> settings() {
    var settings = new TreeMap<String, Setting>();
    after.settings().keySet().forEach(name -> settings.put(name, new Setting(UNTOLD, "", false)));
    before.settings().forEach((name, value) -> settings.put(name, new Setting(value, "", false)));
    Certificates.replicationSecretOf(before.statefulSet().getSpec().getTemplate())
        .ifPresent(
            secret ->
                settings.put(Names.CLIENT_CERTIFICATE_SETTING, new Setting(secret, "", false)));
    return settings;
  }
}
