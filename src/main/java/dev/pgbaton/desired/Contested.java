package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.SourceRef;
import dev.pgbaton.spec.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Objects that two clusters of a repository want: each would take them from the other, for ever, so
 * neither gets them.
 */
public final class Contested {
  private record Claim(ClusterId id, SourceRef source) {}

  private Contested() {}

  /** The clusters that can't be carried out, each with its reasons. */
  public static SortedMap<ClusterId, List<Problem>> between(Collection<DesiredCluster> clusters) {
    var claims = new HashMap<ObjectKey, List<Claim>>();
    clusters.forEach(cluster -> claims(cluster, claims));
    claims.values().removeIf(sharing -> sharing.size() < 2);
    var problems = new TreeMap<ClusterId, List<Problem>>();
    var contested = new TreeMap<>(claims);
    contested.forEach(
        (key, sharing) -> {
          for (var one : sharing)
            problems
                .computeIfAbsent(one.id(), _ -> new ArrayList<>())
                .add(problem(key, one, sharing));
        });
    // Who shares objects is told of those first.
    SharedPods.between(clusters).forEach(problems::putIfAbsent);
    return problems;
  }

  private static void claims(DesiredCluster cluster, Map<ObjectKey, List<Claim>> claims) {
    var layout = cluster.layout();
    for (var object : cluster.objects()) {
      // A namespace is shared with others.
      if (object.key().namespace() != null) claim(object.key(), layout.id(), object, claims);
    }
    var set = cluster.get(layout.statefulSetKey());
    for (var pod : layout.podNames()) claim(layout.key("Pod", pod), layout.id(), set, claims);
  }

  private static void claim(
      ObjectKey key, ClusterId id, DesiredObject object, Map<ObjectKey, List<Claim>> claims) {
    var sharing = claims.computeIfAbsent(key, _ -> new ArrayList<>());
    if (sharing.stream().noneMatch(claim -> claim.id().equals(id)))
      sharing.add(new Claim(id, object.source()));
  }

  private static Problem problem(ObjectKey key, Claim one, List<Claim> sharing) {
    var others =
        sharing.stream()
            .filter(other -> other != one)
            .map(other -> "%s (%s)".formatted(other.id(), other.source()))
            .collect(Collectors.joining(" and "));
    return new Problem(
        one.source(),
        "",
        "%s is wanted by %s, and by %s too. Two clusters can't have one object: give one of them another name, or a namespace of its own."
            .formatted(key, one.id(), others));
  }
}
