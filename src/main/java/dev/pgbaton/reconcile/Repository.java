package dev.pgbaton.reconcile;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.Contested;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.Mode;
import dev.pgbaton.desired.OwnersClusters;
import dev.pgbaton.desired.OwnersClusters.Result;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.Problem;
import dev.pgbaton.spec.SpecParser;
import dev.pgbaton.spec.SpecRevision;
import dev.pgbaton.spec.SpecSource.Fetched;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What one commit says of every cluster.
 *
 * @param problems those that concern no cluster that could be named
 * @param notices what is passed over, and worth a word
 */
public record Repository(
    SpecRevision head,
    SortedMap<ClusterId, Entry> clusters,
    List<Problem> problems,
    List<Problem> notices) {

  /** One cluster in it. */
  public sealed interface Entry {
    /** Identifies the content: a commit that leaves it as it is changes nothing for the cluster. */
    String hash();

    String path();

    record Wanted(DesiredCluster desired, ParsedSpec spec, String hash, String path)
        implements Entry {}

    record Refused(List<Problem> problems, String hash, String path) implements Entry {}
  }

  public static Repository of(Fetched.Head head) {
    return of(head, Set.of());
  }

  /**
   * @param namespaces the only ones that are looked after; empty for all
   */
  public static Repository of(Fetched.Head head, Set<String> namespaces) {
    var parsed = SpecParser.parse(head.files(), head.manifests(), head.encrypted());
    var clusters = new TreeMap<ClusterId, Entry>();
    parsed
        .clusters()
        .forEach(
            (id, spec) ->
                clusters.put(
                    id,
                    namespaces.isEmpty() || namespaces.contains(id.namespace())
                        ? entry(spec)
                        : entry(elsewhere(spec, namespaces))));
    contested(clusters)
        .forEach((id, both) -> clusters.computeIfPresent(id, (_, e) -> refused(both, e.path())));
    var problems = new ArrayList<>(head.problems());
    problems.addAll(parsed.problems());
    return new Repository(head.revision(), clusters, List.copyOf(problems), parsed.notices());
  }

  private static SortedMap<ClusterId, List<Problem>> contested(
      SortedMap<ClusterId, Entry> clusters) {
    var wanted =
        clusters.values().stream()
            .flatMap(entry -> entry instanceof Entry.Wanted w ? Stream.of(w) : Stream.empty())
            .toList();
    try {
      return Contested.between(wanted.stream().map(Entry.Wanted::desired).toList());
    } catch (RuntimeException e) {
      // Which of them it is can't be told; those of specs are ours to the last field.
      var problems = new TreeMap<ClusterId, List<Problem>>();
      wanted.stream()
          .filter(w -> w.spec() instanceof ParsedSpec.Manifests)
          .forEach(w -> problems.put(w.spec().id(), List.of(notComparable(w.spec(), e))));
      return problems;
    }
  }

  private static Problem notComparable(ParsedSpec spec, RuntimeException e) {
    return new Problem(
        spec.source(),
        "",
        "can't be compared with the other clusters, for a reason that pgbaton did not expect (%s)."
            .formatted(e.getClass().getSimpleName()));
  }

  private static ParsedSpec elsewhere(ParsedSpec spec, Set<String> namespaces) {
    var problem =
        new Problem(
            spec.source(),
            "metadata.namespace",
            "%s is not looked after: this daemon's PGBATON_NAMESPACES are %s. Put one of these, or add it there."
                .formatted(spec.id().namespace(), new TreeSet<>(namespaces)));
    return new ParsedSpec.Invalid(spec.id(), spec.source(), List.of(problem));
  }

  private static Entry entry(ParsedSpec spec) {
    return switch (spec) {
      case ParsedSpec.Valid valid ->
          wanted(DesiredClusters.of(valid), valid, valid.source().file());
      case ParsedSpec.Manifests manifests ->
          switch (OwnersClusters.of(manifests)) {
            case Result.Made(var desired, _) -> wanted(desired, manifests, manifests.directory());
            case Result.Refused(var problems) -> refused(problems, manifests.directory());
          };
      case ParsedSpec.Invalid(_, var source, var problems) -> refused(problems, source.file());
    };
  }

  private static Entry.Wanted wanted(DesiredCluster desired, ParsedSpec spec, String path) {
    var content =
        new ArrayList<Object>(desired.objects().stream().map(DesiredObject::object).toList());
    if (desired.mode() != Mode.APPLY) content.add(desired.mode().name());
    return new Entry.Wanted(desired, spec, AppliedHash.of(content), path);
  }

  private static Entry.Refused refused(List<Problem> problems, String path) {
    return new Entry.Refused(
        problems, AppliedHash.of(problems.stream().map(Problem::toString).toList()), path);
  }

  public Optional<Entry> get(ClusterId id) {
    return Optional.ofNullable(clusters.get(id));
  }

  /** The file's own problems, for a cluster that was read from it before it broke. */
  public Optional<Entry.Refused> brokenFile(String path) {
    var ofFile = problems.stream().filter(p -> isWithin(p.source().file(), path)).toList();
    return ofFile.isEmpty() ? Optional.empty() : Optional.of(refused(ofFile, path));
  }

  /** First those that no cluster has in its own status: there is room for one. */
  public List<Problem> mostUnheardOfFirst() {
    return problems.stream().sorted(Comparator.comparing(this::isToldElsewhere)).toList();
  }

  private boolean isToldElsewhere(Problem problem) {
    return clusters.values().stream()
        .anyMatch(
            entry -> entry instanceof Entry.Refused told && told.problems().contains(problem));
  }

  private static boolean isWithin(String file, String path) {
    return file.equals(path) || path.equals("./") || path.endsWith("/") && file.startsWith(path);
  }
}
