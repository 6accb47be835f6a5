package dev.pgbaton.desired;

import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.SourceRef;
import dev.pgbaton.spec.ParsedSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;

/** Intent → objects: a pure function, so that the same spec gives the same bytes. */
public final class DesiredClusters {
  private DesiredClusters() {}

  public static DesiredCluster of(ParsedSpec.Valid parsed) {
    var spec = parsed.spec();
    var source = parsed.source();
    var layout =
        ClusterLayout.generated(
            spec.id(),
            spec.instances(),
            spec.pgpool().isPresent(),
            new Capabilities(true, StatefulSets.HOOK_BUDGET));
    var settings = PostgresSettings.of(spec);
    var labels = Labels.of(spec);

    var objects = new ArrayList<DesiredObject>();
    objects.add(
        new DesiredObject(
            Namespaces.of(layout), ObjectRole.NAMESPACE, ApplyPolicy.CREATE_ONCE, source));
    Access.of(layout, labels).forEach(o -> objects.add(applied(o, ObjectRole.ACCESS, source)));
    objects.add(
        new DesiredObject(
            Secrets.credentials(layout, labels),
            ObjectRole.CREDENTIALS,
            ApplyPolicy.GENERATE_ONCE,
            source));
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
            DisruptionBudgets.postgresql(layout, labels), ObjectRole.DISRUPTION_BUDGET, source));
    objects.add(
        applied(StatefulSets.of(spec, layout, labels, settings), ObjectRole.INSTANCES, source));
    spec.pgpool()
        .ifPresent(
            pgpool -> {
              var conf = PgpoolConf.of(pgpool, layout);
              objects.add(
                  new DesiredObject(
                      Secrets.pgpool(layout, labels),
                      ObjectRole.CREDENTIALS,
                      ApplyPolicy.GENERATE_ONCE,
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
              objects.add(
                  applied(Services.pgpool(pgpool, layout, labels), ObjectRole.PGPOOL, source));
            });
    return new DesiredCluster(
        layout,
        objects,
        new RolloutPolicy(spec.rollout().maxReplicaLag(), spec.rollout().instanceTimeout()),
        settings.normalised(),
        settings.reloadHash(),
        spec.synchronousStandbys());
  }

  private static DesiredObject applied(HasMetadata object, ObjectRole role, SourceRef source) {
    return new DesiredObject(object, role, ApplyPolicy.APPLY, source);
  }
}
