package dev.pgbaton.desired;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.spec.PlacedObject;
import dev.pgbaton.spec.Problem;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Which of a person's objects run PostgreSQL and pgpool: told by what their containers read. */
sealed interface FoundRoles {
  record Clear(Workload postgresql, Optional<Workload> pgpool) implements FoundRoles {}

  /** It can't be told, or not yet be used: in words for the person who can settle it. */
  record Unclear(List<Problem> problems) implements FoundRoles {}

  /** On an object: {@code postgresql}, {@code pgpool} or {@code other}. */
  String ANNOTATION = Names.ROLE_LABEL;

  static FoundRoles of(List<PlacedObject> objects) {
    var problems = new ArrayList<Problem>();
    var postgresql =
        one(objects, StatefulSet.class, "postgresql", FoundRoles::runsRepmgr, problems);
    var pgpool = one(objects, Deployment.class, "pgpool", FoundRoles::runsPgpool, problems);
    if (postgresql.isEmpty() && problems.isEmpty())
      problems.add(
          new Problem(
              objects.getFirst().source(),
              "",
              "no StatefulSet here runs PostgreSQL with repmgr: none of %s has a container with REPMGR_* and POSTGRES* in its environment. Put the annotation %s: postgresql on the one that does."
                  .formatted(seen(objects, StatefulSet.class), ANNOTATION)));
    return problems.isEmpty()
        ? new Clear(postgresql.orElseThrow(), pgpool)
        : new Unclear(List.copyOf(problems));
  }

  private static Optional<Workload> one(
      List<PlacedObject> objects,
      Class<?> type,
      String role,
      Predicate<Container> runsIt,
      List<Problem> problems) {
    var environments = Environments.of(objects);
    var declared =
        objects.stream()
            .filter(o -> type.isInstance(o.object()))
            .filter(o -> declared(o).filter(role::equals).isPresent())
            .toList();
    var candidates =
        declared.isEmpty()
            ? objects.stream()
                .filter(o -> type.isInstance(o.object()) && declared(o).isEmpty())
                .filter(o -> container(o, runsIt, environments).isPresent())
                .toList()
            : declared;
    if (candidates.size() > 1) {
      var names = candidates.stream().map(FoundRoles::place).collect(Collectors.joining(", "));
      for (var candidate : candidates)
        problems.add(
            problem(
                candidate,
                "",
                "may be the one that runs %s, and so may others: %s. Put the annotation %s: other on those that are not, or each cluster into a directory of its own."
                    .formatted(role, names, ANNOTATION)));
      return Optional.empty();
    }
    if (candidates.isEmpty()) return Optional.empty();
    var found = candidates.getFirst();
    var containers = Workload.containers(found);
    // Who says what it is need not look like it, as long as there is no choice.
    var index =
        container(found, runsIt, environments)
            .orElse(containers.size() == 1 ? 0 : containers.size());
    if (index == containers.size()) {
      problems.add(
          problem(
              found,
              "spec.template.spec.containers",
              "is said to run %s, but none of its containers %s looks like it."
                  .formatted(role, containers.stream().map(Container::getName).toList())));
      return Optional.empty();
    }
    return Optional.of(Workload.of(found, index, environments));
  }

  private static OptionalInt container(
      PlacedObject object, Predicate<Container> runsIt, Environments environments) {
    var containers = Workload.containers(object);
    return IntStream.range(0, containers.size())
        .filter(i -> runsIt.test(environments.spelledOut(containers.get(i))))
        .findFirst();
  }

  private static boolean runsRepmgr(Container container) {
    var names = PodReading.names(container);
    var image = container.getImage() == null ? "" : container.getImage();
    return names.stream().anyMatch(n -> n.startsWith("REPMGR_"))
            && names.stream().anyMatch(n -> n.startsWith("POSTGRES"))
        || Names.REPMGR_IMAGE.matcher(image).matches();
  }

  /** The container that runs PostgreSQL: a mesh or an exporter may stand before it. */
  static Container postgresql(List<Container> containers) {
    return containers.stream()
        .filter(FoundRoles::runsRepmgr)
        .findFirst()
        .or(
            () ->
                containers.stream()
                    .filter(c -> PostgresContainers.NAME.equals(c.getName()))
                    .findFirst())
        .orElseGet(containers::getFirst);
  }

  private static boolean runsPgpool(Container container) {
    return PodReading.names(container).contains("PGPOOL_BACKEND_NODES");
  }

  static Optional<String> declared(PlacedObject object) {
    return Annotations.of(object.object(), ANNOTATION);
  }

  private static String seen(List<PlacedObject> objects, Class<?> type) {
    var all =
        objects.stream()
            .filter(o -> type.isInstance(o.object()))
            .map(FoundRoles::place)
            .collect(Collectors.joining(", "));
    return all.isEmpty() ? "the objects" : all;
  }

  private static String place(PlacedObject object) {
    return "%s (%s)".formatted(object.object().getMetadata().getName(), object.source());
  }

  private static Problem problem(PlacedObject object, String field, String message) {
    return field.isEmpty()
        ? new Problem(object.source(), "", object.key() + " " + message)
        : object.problem(field, message);
  }
}
