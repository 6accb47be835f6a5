package dev.pgbaton.spec;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.SourceRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A directory of plain manifests → one cluster, or every reason why not. */
final class ManifestParser {
  private static final int MOST_OBJECTS = 500;
  private static final int MOST_PROBLEMS = 100;

  private final ManifestDirectory directory;
  private final List<ManifestDocument.Found> found = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();
  private final ManifestBudget budget;
  private final List<Problem> specs = new ArrayList<>();

  /**
   * @param clusters one; more where several claim the directory; none where it is no cluster
   * @param problems those of no cluster
   */
  record Parsed(List<ParsedSpec> clusters, List<Problem> problems) {}

  private ManifestParser(ManifestDirectory directory, ManifestBudget budget) {
    this.directory = directory;
    this.budget = budget;
    this.problems.addAll(directory.problems());
  }

  static Parsed parse(ManifestDirectory directory, ManifestBudget.Repository left) {
    var parser = new ManifestParser(directory, new ManifestBudget(left));
    try {
      directory.files().stream().sorted(Comparator.comparing(SpecFile::path)).forEach(parser::read);
      return parser.parsed();
    } catch (RuntimeException e) {
      // One directory must never keep the others from being read.
      var problem =
          new Problem(
              SourceRef.file(directory.path()),
              "",
              "can't be read, for a reason that pgbaton did not expect (%s)."
                  .formatted(e.getClass().getSimpleName()));
      return new Parsed(List.of(), List.of(problem));
    }
  }

  private void read(SpecFile file) {
    budget.nextFile();
    if (isKustomization(file)) {
      problems.add(
          new Problem(
              SourceRef.file(file.path()),
              "",
              "is a kustomization below a directory of plain manifests. Put it at the directory's top, or remove it."));
      return;
    }
    switch (YamlDocuments.of(file, new KubectlScalars())) {
      case YamlDocuments.Broken(_, var problem) -> problems.add(problem);
      case YamlDocuments.Read(var documents) -> {
        for (int i = 0; i < documents.size(); i++) read(file, i, documents.get(i));
      }
    }
  }

  private static boolean isKustomization(SpecFile file) {
    var name = file.path().substring(file.path().lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    return name.equals("kustomization.yaml") || name.equals("kustomization.yml");
  }

  private void read(SpecFile file, int number, Node document) {
    if (document.getTag().equals(Tag.NULL)) return;
    var reading = new Reading(file.path(), document);
    if (!(document instanceof MappingNode mapping))
      reading.problem("", document, "is no Kubernetes object.");
    else if (Envelope.of(mapping).isPresent()) {
      reading.problem(
          "",
          document,
          "is a spec among plain manifests: a directory is one or the other. Move it out.");
      specs.addAll(reading.problems());
      return;
    } else found.addAll(ManifestDocument.read(file, number, mapping, reading, budget));
    problems.addAll(reading.problems());
  }

  private Parsed parsed() {
    // A directory that nobody called one of manifests, and that has specs, is one of specs.
    if (!specs.isEmpty()) {
      if (!directory.meant()) return new Parsed(List.of(), List.of());
      // What is left of a conversion, for one: the spec is read by itself.
      if (found.isEmpty()) return new Parsed(List.of(), some(problems));
      problems.addAll(specs);
    }
    var instances = found.stream().filter(f -> ManifestDocument.runsPostgres(f.values())).toList();
    if (instances.isEmpty()) return none();
    if (found.size() > MOST_OBJECTS)
      problems.add(
          new Problem(
              instances.getFirst().source(),
              "",
              "stands in a directory of more than %d objects, too many for one cluster."
                  .formatted(MOST_OBJECTS)));
    if (instances.size() > 1) several(instances);
    var clusters = new ArrayList<ParsedSpec>();
    for (var instance : instances) cluster(instance).ifPresent(clusters::add);
    return new Parsed(List.copyOf(clusters), clusters.isEmpty() ? some(problems) : List.of());
  }

  private Parsed none() {
    if ((directory.files().isEmpty() || budget.spent()) && !problems.isEmpty())
      return new Parsed(List.of(), some(problems));
    if (!directory.meant())
      // What could not be read may be just what would have told.
      return new Parsed(List.of(), directory.looksLikeOne() ? some(problems) : List.of());
    var sets =
        found.stream()
            .filter(f -> "StatefulSet".equals(f.values().get("kind")))
            .map(f -> "%s (%s)".formatted(FieldType.shown(name(f)), f.source()))
            .collect(Collectors.joining(", "));
    problems.add(
        new Problem(
            SourceRef.file(directory.path()),
            "",
            "has no StatefulSet whose pods run PostgreSQL with repmgr (with REPMGR_ variables). %s"
                .formatted(
                    sets.isEmpty()
                        ? "It has no StatefulSet at all."
                        : "Its StatefulSets are: %s. If one is it, annotate it with pgbaton.dev/role: postgresql."
                            .formatted(sets))));
    return new Parsed(List.of(), some(problems));
  }

  private void several(List<ManifestDocument.Found> instances) {
    for (var one : instances) {
      var others =
          instances.stream()
              .filter(other -> other != one)
              .map(other -> "%s (%s)".formatted(FieldType.shown(name(other)), other.source()))
              .collect(Collectors.joining(" and "));
      problems.add(
          new Problem(
              one.source(),
              "",
              "(StatefulSet %s) runs PostgreSQL with repmgr, and so does %s: a directory is one cluster. Give each a directory of its own, or tell one from the other by pgbaton.dev/role: postgresql and pgbaton.dev/role: other."
                  .formatted(FieldType.shown(name(one)), others)));
    }
  }

  private static String name(ManifestDocument.Found found) {
    return ManifestDocument.mapping(found.values().get("metadata")).get("name")
            instanceof String name
        ? name
        : "";
  }

  private Optional<ParsedSpec> cluster(ManifestDocument.Found instance) {
    var name = name(instance);
    var namespace = namespace(instance);
    if (namespace.isEmpty()) {
      problems.add(
          new Problem(
              instance.source(),
              "metadata.namespace",
              "(StatefulSet %s) is missing, and there is no Namespace in the directory. Put either, or name it in PGBATON_GIT_MANIFESTS_NAMESPACE (on the command line: -n)."
                  .formatted(FieldType.shown(name))));
      return Optional.empty();
    }
    if (!FieldTypes.CLUSTER_NAME.accepts(name) || !FieldTypes.LABEL_NAME.accepts(namespace.get())) {
      problems.add(
          new Problem(
              instance.source(),
              "metadata.name",
              "%s can't be a cluster's name: put %s."
                  .formatted(FieldType.shown(name), FieldTypes.CLUSTER_NAME.expected())));
      return Optional.empty();
    }
    var id = new ClusterId(namespace.get(), name);
    var objects = settle(id);
    return Optional.of(
        problems.isEmpty()
            ? new ParsedSpec.Manifests(id, instance.source(), directory.path(), objects)
            : new ParsedSpec.Invalid(id, SourceRef.file(directory.path()), some(problems)));
  }

  private Optional<String> namespace(ManifestDocument.Found instance) {
    if (ManifestDocument.mapping(instance.values().get("metadata")).get("namespace")
        instanceof String own) return Optional.of(own);
    var namespaces =
        found.stream()
            .filter(f -> "Namespace".equals(f.values().get("kind")))
            .map(ManifestParser::name)
            .collect(Collectors.toCollection(TreeSet::new));
    return namespaces.size() == 1 ? Optional.of(namespaces.first()) : directory.namespace();
  }

  /** Every object in its namespace, and only once. */
  private List<PlacedObject> settle(ClusterId id) {
    var objects = new LinkedHashMap<ObjectKey, PlacedObject>();
    found.stream()
        .map(ManifestDocument.Found::object)
        .flatMap(Optional::stream)
        .limit(MOST_OBJECTS)
        .forEach(
            placed -> {
              // To say where a problem stands its file is read again; nobody reads more of them.
              if (problems.size() > MOST_PROBLEMS) return;
              var settled = settle(placed, id);
              var first = objects.putIfAbsent(settled.key(), settled);
              if (first != null)
                problems.add(
                    settled.problem(
                        "metadata.name",
                        "is here a second time; the first is at %s. Remove one of them."
                            .formatted(first.source())));
            });
    return List.copyOf(objects.values());
  }

  private PlacedObject settle(PlacedObject placed, ClusterId id) {
    var object = placed.object();
    if (object instanceof Namespace) {
      if (!object.getMetadata().getName().equals(id.namespace()))
        problems.add(
            placed.problem(
                "metadata.name", "is not the namespace of cluster %s. Remove it.".formatted(id)));
      return placed;
    }
    forbidden(object)
        .ifPresent(
            field ->
                problems.add(
                    placed.problem(
                        field,
                        "gives more than a cluster needs, and is refused. Apply it by other means if you mean it.")));
    var namespace = Objects.requireNonNullElse(object.getMetadata().getNamespace(), "");
    if (!namespace.isEmpty() && !namespace.equals(id.namespace()))
      problems.add(
          placed.problem(
              "metadata.namespace",
              "is outside of %s, the namespace of cluster %s, and is refused. A cluster's objects lie in one namespace."
                  .formatted(id.namespace(), id)));
    object.getMetadata().setNamespace(id.namespace());
    return placed;
  }

  /** What would hand out rights of the daemon's, or of another account. */
  private static Optional<String> forbidden(HasMetadata object) {
    return switch (object) {
      case RoleBinding b when b.getRoleRef() == null || !"Role".equals(b.getRoleRef().getKind()) ->
          Optional.of("roleRef.kind");
      case RoleBinding b
          when b.getSubjects().stream().anyMatch(s -> !"ServiceAccount".equals(s.getKind())) ->
          Optional.of("subjects");
      case Secret s when "kubernetes.io/service-account-token".equals(s.getType()) ->
          Optional.of("type");
      default -> Optional.empty();
    };
  }

  private static List<Problem> some(List<Problem> problems) {
    return problems.stream().distinct().sorted(Problem.BY_PLACE).limit(MOST_PROBLEMS).toList();
  }
}
