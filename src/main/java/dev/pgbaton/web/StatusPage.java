package dev.pgbaton.web;

import dev.pgbaton.cluster.Role;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.Replication;
import dev.pgbaton.reconcile.Fleet;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.spec.Problem;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;

/** The first plain page: what every cluster is doing, and why. */
@Path("/")
public class StatusPage {
  private final FleetView view;

  StatusPage(FleetView view) {
    this.view = view;
  }

  @CheckedTemplate
  static class Templates {
    static native TemplateInstance page(
        String head, List<String> troubles, List<ClusterRow> clusters);
  }

  /** A cluster, in words. */
  record ClusterRow(
      String id,
      String condition,
      String sentence,
      String commit,
      List<InstanceRow> instances,
      List<RolloutRow> rollouts) {}

  record InstanceRow(String name, String role, String state, String replication) {}

  record RolloutRow(String commit, String at, String seconds, String gap, String outcome) {}

  @GET
  @Produces(MediaType.TEXT_HTML)
  @Blocking
  public TemplateInstance page() {
    var fleet = view.fleet();
    return Templates.page(
        fleet.head().map(h -> h.shortCommit() + " " + h.subject()).orElse("none yet"),
        troubles(fleet),
        fleet.passes().values().stream().map(StatusPage::row).toList());
  }

  private List<String> troubles(Fleet fleet) {
    var troubles = new java.util.ArrayList<String>();
    fleet.sourceTrouble().ifPresent(t -> troubles.add("The repository: " + t));
    view.blindTo().forEach(t -> troubles.add("Not visible now: " + t));
    fleet.problems().stream().map(Problem::toString).forEach(troubles::add);
    return troubles;
  }

  private static ClusterRow row(Pass pass) {
    var condition = pass.health().condition().name().toLowerCase(Locale.ROOT);
    return switch (pass) {
      case Pass.Done done ->
          new ClusterRow(
              pass.id().toString(),
              condition,
              pass.health().sentence(),
              done.observed()
                  .journal()
                  .intent()
                  .map(JournalEntry.Intent::commit)
                  .map(StatusPage::brief)
                  .orElse(""),
              done.observed().instances().stream().map(StatusPage::row).toList(),
              done.observed().journal().rollouts().reversed().stream()
                  .map(StatusPage::row)
                  .toList());
      case Pass.Refused _, Pass.Removed _, Pass.TooEarly _, Pass.Failed _ ->
          new ClusterRow(
              pass.id().toString(), condition, pass.health().sentence(), "", List.of(), List.of());
    };
  }

  private static String brief(String commit) {
    return commit.substring(0, Math.min(8, commit.length()));
  }

  private static InstanceRow row(Instance instance) {
    return new InstanceRow(
        instance.pod().name(),
        instance.role() == Role.UNKNOWN ? "not known" : instance.role().label(),
        instance.terminating() ? "ending" : instance.ready() ? "Ready" : "not Ready",
        switch (instance.replication()) {
          case Replication.Source _ -> "";
          case Replication.Streaming(var lag, var synchronous) ->
              "streams%s, %d bytes behind".formatted(synchronous ? " synchronously" : "", lag);
          case Replication.NotStreaming _ -> "does not stream";
          case Replication.NotKnown(var reason) -> reason;
        });
  }

  private static RolloutRow row(JournalEntry.Rollout rollout) {
    return new RolloutRow(
        brief(rollout.commit()),
        rollout.startedAt().toString(),
        rollout
            .endedAt()
            .map(e -> java.time.Duration.between(rollout.startedAt(), e).toSeconds() + " s")
            .orElse("going on"),
        rollout
            .outage()
            .map(o -> String.format(Locale.ROOT, "%.2f s", o.toMillis() / 1000.0))
            .orElse("not known"),
        rollout.outcome().orElse(""));
  }
}
