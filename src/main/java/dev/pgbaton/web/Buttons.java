package dev.pgbaton.web;

import dev.pgbaton.web.ClusterDetail.Member;
import java.util.List;

/**
 * What can be asked for on a cluster's page.
 *
 * @param kind {@code none}, {@code sign-in} or {@code on}
 * @param user who has signed in; empty in the sandbox
 * @param form what the forms carry
 * @param failed the commit that can be tried once more; empty where none failed
 * @param seen whether enough of it is known to be asked for something
 * @param suspended whether it is, by hand
 * @param primary who is it on this page; empty if nobody is
 * @param candidates who could be the primary; it is looked at once more when one is asked for
 * @param instances that may be broken: in the sandbox only
 */
record Buttons(
    String cluster,
    String kind,
    String user,
    String form,
    String failed,
    boolean seen,
    boolean suspended,
    String primary,
    List<String> candidates,
    List<String> instances) {

  static Buttons of(ClusterDetail cluster, Visit visit) {
    var id = cluster.summary().id();
    return switch (visit) {
      case Visit.Reading _ -> none(id, "none");
      case Visit.Stranger _ -> none(id, "sign-in");
      case Visit.Owner(var form) ->
          on(cluster, "", form, cluster.members().stream().map(Member::name).toList());
      case Visit.SignedIn(var session) -> on(cluster, session.user(), session.forms(), List.of());
    };
  }

  private static Buttons none(String id, String kind) {
    return new Buttons(id, kind, "", "", "", false, false, "", List.of(), List.of());
  }

  private static Buttons on(
      ClusterDetail cluster, String user, String form, List<String> instances) {
    var primary =
        cluster.members().stream()
            .filter(m -> m.role().equals("primary"))
            .map(Member::name)
            .findFirst()
            .orElse("");
    return new Buttons(
        cluster.summary().id(),
        "on",
        user,
        form,
        cluster.quarantine().map(q -> ClusterSummary.brief(q.commit())).orElse(""),
        !cluster.members().isEmpty(),
        cluster.suspension().isPresent(),
        primary,
        // Without a primary there is nobody to ask.
        cluster.members().stream()
            .filter(_ -> !primary.isEmpty())
            .filter(m -> m.role().equals("replica") && m.state().equals("ready"))
            .map(Member::name)
            .toList(),
        instances);
  }
}
