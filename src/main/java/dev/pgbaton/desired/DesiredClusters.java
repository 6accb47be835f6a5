package dev.pgbaton.desired;

import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.SourceRef;
import dev.pgbaton.spec.ClusterSpec;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.TakenOver;
import dev.pgbaton.spec.TlsSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Intent → objects: a pure function, so that the same spec gives the same bytes. */
public final class DesiredClusters {
  private DesiredClusters() {}

  public static DesiredCluster of(ParsedSpec.Valid parsed) {
    var spec = parsed.spec();
    var source = parsed.source();
    var layout = layout(spec);
    var settings = PostgresSettings.of(spec);
    var labels = Labels.of(spec);

    var objects = new ArrayList<DesiredObject>();
    objects.add(
        new DesiredObject(
            Namespaces.of(layout), ObjectRole.NAMESPACE, ApplyPolicy.CREATE_ONCE, source));
    Access.of(layout, labels, UserSecrets.areNeeded(spec))
        .forEach(o -> objects.add(applied(o, ObjectRole.ACCESS, source)));
    if (spec.takenOver().isEmpty())
      objects.add(
          new DesiredObject(
              Secrets.credentials(layout, labels, spec.rotation()),
              ObjectRole.CREDENTIALS,
              ApplyPolicy.GENERATE_ONCE,
              source));
    if (UserSecrets.areNeeded(spec)) {
      objects.addAll(UserSecrets.ofUsers(parsed, layout, labels));
      objects.add(composed(UserSecrets.declaration(spec, layout, labels), source));
      if (spec.pgpool().isPresent())
        objects.add(composed(UserSecrets.pgpool(spec, layout, labels), source));
    }
    spec.tls()
        .filter(TlsSpec::generated)
        .ifPresent(
            tls -> {
              objects.add(
                  new DesiredObject(
                      Certificates.authority(layout, labels),
                      ObjectRole.CREDENTIALS,
                      ApplyPolicy.GENERATE_ONCE,
                      source));
              objects.add(
                  new DesiredObject(
                      Certificates.certificate(tls, spec, layout, labels),
                      ObjectRole.CREDENTIALS,
                      ApplyPolicy.COMPOSED,
                      source));
              if (tls.byCertificate())
                objects.add(
                    new DesiredObject(
                        Certificates.replication(tls, layout, labels),
                        ObjectRole.CREDENTIALS,
                        ApplyPolicy.COMPOSED,
                        source));
            });
    spec.access().networkPolicy().stream()
        .flatMap(policy -> NetworkPolicies.of(policy, layout, labels).stream())
        .forEach(policy -> objects.add(applied(policy, ObjectRole.ACCESS, source)));
    List.of(
            ConfigMaps.restart(layout, labels, settings),
            ConfigMaps.reload(spec, layout, labels, settings))
        .forEach(o -> objects.add(applied(o, ObjectRole.SETTINGS, source)));
    objects.add(
        new DesiredObject(
            Leases.of(layout, labels), ObjectRole.LEASE, ApplyPolicy.CREATE_ONCE, source));
    Services.of(layout, labels).forEach(o -> objects.add(applied(o, ObjectRole.ROUTE, source)));
    EndpointSlices.of(layout, labels)
        .forEach(
            o ->
                objects.add(
                    new DesiredObject(o, ObjectRole.ROUTE, ApplyPolicy.CREATE_ONCE, source)));
    objects.add(
        applied(
            DisruptionBudgets.postgresql(
                layout, labels, spec.takenOver().flatMap(TakenOver::disruptionBudget)),
            ObjectRole.DISRUPTION_BUDGET,
            source));
    objects.add(
        applied(StatefulSets.of(spec, layout, labels, settings), ObjectRole.INSTANCES, source));
    spec.pgpool()
        .ifPresent(
            pgpool -> {
              var conf = PgpoolConf.of(pgpool, layout, spec.tls().isPresent());
              objects.add(
                  new DesiredObject(
                      Secrets.pgpool(layout, labels, spec.rotation()),
                      ObjectRole.CREDENTIALS,
                      ApplyPolicy.GENERATED,
                      source));
              objects.add(
                  applied(ConfigMaps.pgpool(layout, labels, conf), ObjectRole.SETTINGS, source));
              objects.add(
                  applied(
                      DisruptionBudgets.pgpool(layout, labels),
                      ObjectRole.DISRUPTION_BUDGET,
                      source));
              objects.add(
                  applied(
                      PgpoolDeployments.of(spec, pgpool, layout, labels, conf),
                      ObjectRole.PGPOOL,
                      source));
              var kept = spec.takenOver().flatMap(TakenOver::pgpool);
              Services.pgpool(pgpool, kept, layout, labels)
                  .forEach(o -> objects.add(applied(o, ObjectRole.PGPOOL, source)));
            });
    return new DesiredCluster(
        layout,
        objects,
        new RolloutPolicy(
            spec.rollout().maxReplicaLag(),
            spec.rollout().instanceTimeout(),
            spec.rollout().acceptCollationVersion()),
        settings.normalised(),
        settings.reloadHash(),
        spec.synchronousStandbys(),
        switch (spec.mode()) {
          case apply -> Mode.APPLY;
          case observe -> Mode.OBSERVE;
          case suspend -> Mode.SUSPEND;
        },
        List.of(),
        List.of());
  }

  private static ClusterLayout layout(ClusterSpec spec) {
    var capabilities = new Capabilities(true, StatefulSets.HOOK_BUDGET);
    var pgpool = spec.pgpool().isPresent();
    return spec.takenOver()
        .map(
            it ->
                ClusterLayout.owned(
                        spec.id(),
                        spec.instances(),
                        it.headlessService(),
                        it.credentials().name(),
                        it.credentials().superuserKey(),
                        it.pgpool()
                            .map(TakenOver.Pgpool::deployment)
                            .or(() -> Optional.of(spec.id().name() + "-pgpool"))
                            .filter(_ -> pgpool),
                        capabilities)
                    .becomesGenerated())
        .orElseGet(
            () -> ClusterLayout.generated(spec.id(), spec.instances(), pgpool, capabilities));
  }

  private static DesiredObject composed(HasMetadata secret, SourceRef source) {
    return new DesiredObject(secret, ObjectRole.USERS, ApplyPolicy.COMPOSED, source);
  }

  private static DesiredObject applied(HasMetadata object, ObjectRole role, SourceRef source) {
    return new DesiredObject(object, role, ApplyPolicy.APPLY, source);
  }
}
