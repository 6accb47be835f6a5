package dev.pgbaton.e2e;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** Shows the cluster as a failed test left it: pods, events, logs, statuses. */
final class Diagnostics implements TestWatcher {
  private final Supplier<KubernetesClient> kubernetes;
  private final Surroundings where;
  private final Supplier<String> statuses;
  private final List<String> clusters;

  Diagnostics(
      Supplier<KubernetesClient> kubernetes, Surroundings where, Supplier<String> statuses) {
    this(kubernetes, where, statuses, List.of(where.namespace()));
  }

  /**
   * @param clusters namespaces
   */
  Diagnostics(
      Supplier<KubernetesClient> kubernetes,
      Surroundings where,
      Supplier<String> statuses,
      List<String> clusters) {
    this.kubernetes = kubernetes;
    this.where = where;
    this.statuses = statuses;
    this.clusters = clusters;
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    show(context.getDisplayName(), cause);
  }

  void show(String test, Throwable cause) {
    System.out.printf("%n##### %s failed: %s%n", test, cause.getMessage());
    show("statuses", statuses);
    var namespaces = Stream.concat(Stream.of(where.systemNamespace()), clusters.stream());
    for (var namespace : namespaces.toList()) {
      show("pods of " + namespace, () -> kubectl(namespace, "get", "pods,lease", "-o", "wide"));
      show(
          "events of " + namespace,
          () -> kubectl(namespace, "get", "events", "--sort-by=.lastTimestamp"));
      show("logs of " + namespace, () -> logs(namespace));
    }
  }

  private String logs(String namespace) {
    var text = new StringBuilder();
    for (var pod : kubernetes.get().pods().inNamespace(namespace).list().getItems()) {
      var name = pod.getMetadata().getName();
      var lines = name.startsWith("pgbaton") ? "--tail=150" : "--tail=60";
      text.append("--- ").append(name).append('\n').append(kubectl(namespace, "logs", name, lines));
      var restarted =
          pod.getStatus().getContainerStatuses().stream().anyMatch(c -> c.getRestartCount() > 0);
      if (restarted)
        text.append("--- ")
            .append(name)
            .append(", before it was restarted\n")
            .append(kubectl(namespace, "logs", name, "--previous", lines));
    }
    return text.toString();
  }

  private String kubectl(String namespace, String... arguments) {
    var all = new String[arguments.length + 2];
    all[0] = "-n";
    all[1] = namespace;
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    try {
      return Shell.run(where.kubectl(), all);
    } catch (IllegalStateException e) {
      return e.getMessage() + "\n";
    }
  }

  private static void show(String what, Supplier<String> text) {
    try {
      System.out.printf("##### %s%n%s%n", what, text.get());
    } catch (RuntimeException e) {
      System.out.printf("##### %s: %s%n", what, e.getMessage());
    }
  }
}
