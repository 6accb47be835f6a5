package dev.pgbaton.plan;

import dev.pgbaton.cluster.LoginsTaken;
import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.UsersTaken;
import dev.pgbaton.cluster.VolumeSpace;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.InstanceProbe.Collation;
import dev.pgbaton.observed.InstanceProbe.Setting;
import dev.pgbaton.observed.InstanceProbe.Standby;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.observed.JournalEntry.StepRecord;
import dev.pgbaton.observed.LookedUp;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.observed.RouteProbe.Leads;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Small clusters to plan for: {@code cluster().primary("orders-0",
 * outdated()).replica("orders-1")}.
 */
final class Clusters {
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  static final String OLD_IMAGE = "registry.example.com/pgbaton/postgres:17";
  static final String NEW_IMAGE = "registry.example.com/pgbaton/postgres:17.1";

  private String spec =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: orders, namespace: shop}
      spec:
        instances: %d
        image: %s
        storage: {size: 10Gi}
        replication: {synchronousStandbys: %d}
        postgresql: {parameters: {work_mem: 8MB, max_connections: "200"}}
        rollout: {maxReplicaLag: 16Mi, instanceTimeout: 10m}
      """;

  private int declared = -1;
  private int synchronousStandbys = 0;
  private final List<Member> members = new ArrayList<>();
  private final Set<String> cordoned = new HashSet<>();
  private UnaryOperator<JournalEntry> journal = UnaryOperator.identity();
  private UnaryOperator<StatefulSet> liveSet = UnaryOperator.identity();
  private UnaryOperator<LeaseBuilder> lease = UnaryOperator.identity();
  private UnaryOperator<String> text = UnaryOperator.identity();
  private LookedUp lookedUp = LookedUp.SAME;
  private boolean current = true;
  private boolean pushed;
  private final Map<String, Leads> routes = new TreeMap<>();
  private final Set<ObjectKey> missing = new HashSet<>();
  private final List<HasMetadata> others = new ArrayList<>();

  static Clusters cluster() {
    return new Clusters();
  }

  /** An instance as it is described in a test. */
  static final class Member {
    String name;
    Role role;
    boolean outdated;
    boolean ready = true;
    boolean neverReady;
    Map<String, Collation> collations = Map.of();
    Optional<UsersTaken> users = Optional.empty();
    Optional<LoginsTaken> logins = Optional.empty();
    String loginsTold = "";
    String since = "2026-01-02T03:00:00Z";
    boolean terminating;
    boolean streaming = true;
    boolean synchronous;
    boolean silent;
    long lag;
    String waiting = "";
    String workMem = "8192";
    String maxConnections = "200";
    String roleLabel;
    Optional<VolumeSpace> volume = Optional.empty();
    List<String> fileErrors = List.of();
    String notKnown = "";
    boolean byCertificate;
    boolean asksForCertificates;
    String changedAt = "2026-01-02T03:01:00Z";
  }

  interface Trait {
    void to(Member member);
  }

  static Trait tookLogins(String id, String waitsFor) {
    return m -> m.logins = Optional.of(new LoginsTaken(id, waitsFor));
  }

  /** Its pod was told of these logins. */
  static Trait told(String logins, Trait trait) {
    return m -> {
      m.loginsTold = logins;
      trait.to(m);
    };
  }

  static Trait took(String hash, String... errors) {
    return m -> m.users = Optional.of(new UsersTaken(hash, List.of(errors), List.of()));
  }

  /** Took other roles since, and is not done with the databases. */
  static Trait tookRoles(String hash, String roles) {
    return m -> m.users = Optional.of(new UsersTaken(hash, List.of(), List.of()).withRoles(roles));
  }

  static Trait outdated() {
    return m -> m.outdated = true;
  }

  static Trait notReady() {
    return m -> m.ready = false;
  }

  static Trait neverReady() {
    return m -> {
      m.ready = false;
      m.neverReady = true;
      m.silent = true;
    };
  }

  static Trait unreadySince(Instant at) {
    return m -> {
      m.ready = false;
      m.silent = true;
      m.roleLabel = "primary";
      m.changedAt = at.toString();
    };
  }

  static Trait clockSetBack() {
    return m -> m.changedAt = "2026-01-02T02:58:00Z";
  }

  static Trait terminating() {
    return m -> m.terminating = true;
  }

  static Trait notStreaming() {
    return m -> m.streaming = false;
  }

  static Trait synchronous() {
    return m -> m.synchronous = true;
  }

  static Trait silent() {
    return m -> m.silent = true;
  }

  static Trait lag(long mebibytes) {
    return m -> m.lag = mebibytes << 20;
  }

  static Trait imageCantBePulled() {
    return m -> {
      neverReady().to(m);
      m.waiting = "ImagePullBackOff";
    };
  }

  static Trait sorting(String recorded, String actual) {
    return m -> m.collations = Map.of("shop", new Collation(recorded, actual));
  }

  static Trait crashed() {
    return m -> m.waiting = "CrashLoopBackOff";
  }

  static Trait workMem(String kilobytes) {
    return m -> m.workMem = kilobytes;
  }

  static Trait maxConnections(String number) {
    return m -> m.maxConnections = number;
  }

  static Trait labelled(String role) {
    return m -> m.roleLabel = role;
  }

  static Trait free(long mebibytes) {
    return m -> m.volume = Optional.of(new VolumeSpace(10L << 30, mebibytes << 20, 0));
  }

  static Trait fileError(String error) {
    return m -> m.fileErrors = List.of(error);
  }

  /** It has a certificate to come to the others with. */
  static Trait hasCertificate() {
    return m -> m.byCertificate = true;
  }

  /** And lets nobody in without one. */
  static Trait asksForCertificates() {
    return m -> m.asksForCertificates = m.byCertificate = true;
  }

  static Trait doesNotKnow(String setting) {
    return m -> m.notKnown = setting;
  }

  /** The repository asks for the new image, and nothing of it was applied yet. */
  Clusters pushed() {
    pushed = true;
    return lease(
        l -> l.editMetadata().addToAnnotations(Names.SYSTEM_IDENTIFIER, "1").endMetadata());
  }

  Clusters leads(String way, Leads where) {
    routes.put(way, where);
    return this;
  }

  Clusters passwordsMoved(ObjectKey key, String words) {
    lookedUp = new LookedUp(Map.of(key, words));
    return this;
  }

  Clusters without(ObjectKey key) {
    missing.add(key);
    return this;
  }

  Clusters with(HasMetadata object) {
    others.add(object);
    return this;
  }

  Clusters primary(String name, Trait... traits) {
    return member(name, Role.PRIMARY, traits);
  }

  Clusters replica(String name, Trait... traits) {
    return member(name, Role.REPLICA, traits);
  }

  private Clusters member(String name, Role role, Trait... traits) {
    var member = new Member();
    member.name = name;
    member.role = role;
    for (Trait trait : traits) trait.to(member);
    if (member.roleLabel == null) member.roleLabel = member.silent ? "" : role.label();
    members.add(member);
    return this;
  }

  Clusters instances(int count) {
    declared = count;
    return this;
  }

  Clusters synchronousStandbys(int count) {
    synchronousStandbys = count;
    return this;
  }

  Clusters cordon(String pod) {
    cordoned.add("node-of-" + pod);
    return this;
  }

  Clusters stepBegun(String target, Instant at) {
    return journal(
        j -> j.withStep(Optional.of(new StepRecord("restart " + target, target, "old", at))));
  }

  Clusters journal(UnaryOperator<JournalEntry> change) {
    var before = journal;
    journal = j -> change.apply(before.apply(j));
    return this;
  }

  Clusters live(UnaryOperator<StatefulSet> change) {
    liveSet = change;
    return this;
  }

  Clusters lease(UnaryOperator<LeaseBuilder> change) {
    lease = change;
    return this;
  }

  Clusters spec(UnaryOperator<String> change) {
    text = change;
    return this;
  }

  Clusters ownWritesDontShow() {
    current = false;
    return this;
  }

  /** The same cluster as it was with the old image, as the journal keeps it. */
  String lastGood() {
    return LastGood.toJson(desired(OLD_IMAGE));
  }

  DesiredCluster desired() {
    return desired(NEW_IMAGE);
  }

  private DesiredCluster desired(String image) {
    var count = declared < 0 ? members.size() : declared;
    var yaml = text.apply(spec.formatted(count, image, synchronousStandbys));
    var file = new SpecFile("clusters/orders.yaml", "1", yaml.getBytes(StandardCharsets.UTF_8));
    var parsed = SpecParser.parse(List.of(file));
    if (!parsed.allProblems().isEmpty()) throw new AssertionError(parsed.allProblems().toString());
    return DesiredClusters.of((ParsedSpec.Valid) parsed.clusters().firstEntry().getValue());
  }

  ObservedCluster observed() {
    var desired = desired();
    var objects = new TreeMap<ObjectKey, HasMetadata>();
    (pushed ? desired(OLD_IMAGE) : desired)
        .objects()
        .forEach(o -> objects.put(o.key(), live(o.object())));
    objects.keySet().removeAll(missing);
    others.forEach(
        o ->
            objects.put(
                new ObjectKey(
                    o.getKind(), o.getMetadata().getNamespace(), o.getMetadata().getName()),
                o));
    var entry =
        journal.apply(
            JournalEntry.EMPTY.withIntent(
                new Intent("c0ffee", "hash", "clusters/orders.yaml", NOW.minusSeconds(5), false)));
    return ObservedCluster.of(
            desired.layout(),
            new ClusterSnapshot(
                objects, members.stream().map(this::pod).toList(), cordoned, current),
            answers(),
            entry)
        .leading(routes)
        .with(lookedUp);
  }

  Plan plan() {
    return Planner.plan(desired(), observed(), NOW);
  }

  private HasMetadata live(HasMetadata object) {
    var meta =
        new ObjectMetaBuilder(object.getMetadata())
            .withUid("uid")
            .withResourceVersion("1")
            .withGeneration(1L)
            .addToAnnotations(Names.APPLIED, AppliedHash.of(object))
            .build();
    return switch (object) {
      case StatefulSet set ->
          liveSet.apply(
              new StatefulSetBuilder(set)
                  .withMetadata(meta)
                  .withNewStatus()
                  .withObservedGeneration(1L)
                  .withUpdateRevision("new")
                  .endStatus()
                  .build());
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
      case Lease l -> lease.apply(new LeaseBuilder(l).withMetadata(meta)).build();
      default -> {
        object.setMetadata(meta);
        yield object;
      }
    };
  }

  private Pod pod(Member member) {
    var pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(member.name)
            .withNamespace("shop")
            .withUid("uid-" + member.name)
            .withResourceVersion("7")
            .addToAnnotations(Names.LOGINS, member.loginsTold)
            .addToLabels("controller-revision-hash", member.outdated ? "old" : "new")
            .addToLabels(
                member.roleLabel.isEmpty() ? Map.of() : Map.of(Names.ROLE_LABEL, member.roleLabel))
            .endMetadata()
            .withNewSpec()
            .withNodeName("node-of-" + member.name)
            .addNewContainer()
            .withName("postgresql")
            .withImage(member.outdated ? OLD_IMAGE : NEW_IMAGE)
            .endContainer()
            .endSpec()
            .withNewStatus()
            .withStartTime(member.since)
            .addNewCondition()
            .withType("Ready")
            .withStatus(member.ready ? "True" : "False")
            .withLastTransitionTime(member.neverReady ? member.since : member.changedAt)
            .endCondition()
            .endStatus();
    if (!member.waiting.isEmpty()) {
      pod.editStatus()
          .addNewContainerStatus()
          .withName("postgresql")
          .withImage(NEW_IMAGE)
          .withRestartCount(0)
          .withNewState()
          .withNewWaiting()
          .withReason(member.waiting)
          .endWaiting()
          .endState()
          .endContainerStatus()
          .endStatus();
    }
    if (member.terminating)
      pod.editMetadata().withDeletionTimestamp("2026-01-02T03:04:00Z").endMetadata();
    return pod.build();
  }

  Map<String, Answer> answers() {
    var standbys = new TreeMap<String, Standby>();
    members.stream()
        .filter(m -> m.role == Role.REPLICA && !m.silent)
        .forEach(m -> standbys.put(m.name, new Standby(m.streaming, m.lag, m.synchronous)));
    var answers = new TreeMap<String, Answer>();
    for (Member member : members) {
      answers.put(
          member.name,
          member.silent
              ? new Answer.Unknown("connection refused")
              : new Answer.Known(
                  member.role,
                  1,
                  Lsn.parse("0/5000000"),
                  member.role == Role.PRIMARY ? standbys : Map.of(),
                  settings(member),
                  member.fileErrors,
                  member.volume,
                  member.collations,
                  member.users,
                  member.logins));
    }
    return answers;
  }

  private Map<String, Setting> settings(Member member) {
    var settings = new TreeMap<String, Setting>();
    for (var wanted : desired().settings().entrySet())
      settings.put(wanted.getKey(), new Setting(wanted.getValue(), "", false));
    settings.put("work_mem", new Setting(member.workMem, "kB", false));
    settings.put("max_connections", new Setting(member.maxConnections, "", false));
    settings.remove(member.notKnown);
    if (member.byCertificate)
      settings.put(Names.CLIENT_CERTIFICATE_SETTING, new Setting("there", "", false));
    settings.put(
        Names.REPLICATION_SETTING,
        new Setting(member.asksForCertificates ? Names.BY_CERTIFICATE : "", "", false));
    return settings;
  }
}
