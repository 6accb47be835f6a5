package dev.pgbaton.e2e;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Shows the cluster as a failed test left it: pods, events, logs, statuses. It is kept in
 * target/diagnostics too, for the end of what {@code .ci/run} prints.
 */
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
    show(
        context.getRequiredTestClass().getSimpleName()
            + "."
            + context.getRequiredTestMethod().getName(),
        cause);
  }

  void show(String test, Throwable cause) {
    print(test, "##### %s failed: %s".formatted(test, cause.getMessage()));
    print(test, look());
  }

  private static void print(String test, String text) {
    System.out.println(text);
    try {
      var kept = Files.createDirectories(Path.of("target", "diagnostics")).resolve(test + ".txt");
      Files.writeString(kept, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      System.out.println("not kept: " + e);
    }
  }

  private String look() {
    var text = new StringBuilder();
    show(text, "statuses", statuses);
    var namespaces = Stream.concat(Stream.of(where.systemNamespace()), clusters.stream());
    for (var namespace : namespaces.toList()) {
      show(
          text,
          "pods of " + namespace,
          () -> kubectl(namespace, "get", "pods,lease", "-o", "wide"));
      show(
          text,
          "events of " + namespace,
          () -> kubectl(namespace, "get", "events", "--sort-by=.lastTimestamp"));
      show(text, "logs of " + namespace, () -> logs(namespace));
    }
    return text.toString();
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
    } catch (Shell.Failed e) {
      return e.getMessage() + "\n";
    }
  }

  private static void show(StringBuilder into, String what, Supplier<String> text) {
    into.append("##### ").append(what).append('\n');
    try {
      into.append(text.get());
    } catch (RuntimeException e) {
      into.append(e.getMessage());
    }
    into.append('\n');
  }
}
