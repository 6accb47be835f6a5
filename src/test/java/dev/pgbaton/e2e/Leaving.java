package dev.pgbaton.e2e;

import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All that leaves the daemon and the instances, but for the Secrets' values, also where kubectl
 * notes what somebody applied.
 */
final class Leaving {
  private static final List<String> KINDS =
      List.of(
          "configmaps,leases.coordination.k8s.io,statefulsets,deployments,replicasets,pods,services",
          "endpointslices,poddisruptionbudgets,controllerrevisions,serviceaccounts,roles",
          "rolebindings,networkpolicies,persistentvolumeclaims,events");

  private static final String APPLIED_BY_KUBECTL =
      "kubectl.kubernetes.io/last-applied-configuration";

  private final Surroundings where;
  private final KubernetesClient kubernetes;
  private final Installation installation;
  private final Optional<Path> logs;

  Leaving(Surroundings where, KubernetesClient kubernetes, Installation installation) {
    this(where, kubernetes, installation, Optional.empty());
  }

  /**
   * @param logs where a {@link LogKeeper} keeps them
   */
  Leaving(
      Surroundings where,
      KubernetesClient kubernetes,
      Installation installation,
      Optional<Path> logs) {
    this.where = where;
    this.kubernetes = kubernetes;
    this.installation = installation;
    this.logs = logs;
  }

  /** By container, also of those that were killed. */
  Map<String, String> keptLogs() throws IOException {
    var texts = new TreeMap<String, String>();
    if (logs.isEmpty()) return texts;
    try (var files = Files.list(logs.get())) {
      for (var file : files.toList())
        texts.put(
            file.getFileName().toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
    }
    return texts;
  }

  /**
   * @param pods PostgreSQL's and pgpool's
   */
  void search(LeakSearch search, List<Pod> pods, String cluster)
      throws IOException, InterruptedException {
    search.in("statuses of commits", installation.statuses());
    search.in("the daemon's log", installation.daemon().log());
    for (var log : keptLogs().values()) search.in("logs of all containers there were", log);
    var daemon = installation.daemon().pod().orElseThrow();
    if (installation.daemon().restarts() > 0)
      search.in("the daemon's log before", logs(daemon, "--previous"));
    search.in("metrics", installation.daemon().metrics());
    for (var page : List.of("", "clusters/" + cluster, "api/clusters", "api/clusters/" + cluster))
      search.in("/" + page, raw(page));
    search.in("/q/health", raw("q/health"));
    search.in("pgbaton status", pgbaton("status", cluster, "-o", "json"));
    search.in("pgbaton history", pgbaton("history", cluster));
    for (var namespace : List.of(where.namespace(), where.systemNamespace())) {
      search.in(
          "objects",
          Shell.run(
              where.kubectl(), "-n", namespace, "get", String.join(",", KINDS), "-o", "yaml"));
      for (var secret : kubernetes.secrets().inNamespace(namespace).list().getItems())
        search.in("names, labels and annotations of Secrets", metadata(secret));
    }
    for (var pod : pods) {
      if ("postgresql".equals(pod.getMetadata().getLabels().get(Names.COMPONENT_LABEL)))
        search.in("/status of instances", status(pod));
      search.in("logs of pods", logs(pod, "--all-containers"));
      processes(search, pod);
    }
    processes(search, daemon);
  }

  private static String metadata(Secret secret) {
    var metadata = secret.getMetadata();
    // Of the Secret that a person applies, and that has the tokens.
    metadata.getAnnotations().remove(APPLIED_BY_KUBECTL);
    return metadata.toString();
  }

  private String pgbaton(String command, String... arguments)
      throws IOException, InterruptedException {
    var all = new ArrayList<>(List.of(command, "--daemon-namespace", where.systemNamespace()));
    all.addAll(List.of(arguments));
    return Packaged.run(Map.of(), all.toArray(String[]::new)).output();
  }

  private static String status(Pod pod) throws IOException {
    var url = "http://%s:%d/status".formatted(pod.getStatus().getPodIP(), Names.STATUS_PORT);
    try (var in = URI.create(url).toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String raw(String page) {
    return kubernetes.raw(
        "/api/v1/namespaces/%1$s/services/pgbaton-%1$s:http/proxy/%2$s"
            .formatted(where.systemNamespace(), page));
  }

  private String logs(Pod pod, String which) {
    return Shell.run(
        where.kubectl(),
        "-n",
        pod.getMetadata().getNamespace(),
        "logs",
        pod.getMetadata().getName(),
        which);
  }

  private void processes(LeakSearch search, Pod pod) {
    search.in(
        "command lines and environments",
        Shell.run(
            where.kubectl(),
            "-n",
            pod.getMetadata().getNamespace(),
            "exec",
            pod.getMetadata().getName(),
            "--",
            "sh",
            "-c",
            "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null || true"));
  }

  /**
   * What the daemon's heap holds after a collection. Only where its process is one of this machine,
   * and may be asked.
   *
   * @return whether there was something to look through
   */
  boolean searchHeap(LeakSearch search) {
    var uid = installation.daemon().pod().orElseThrow().getMetadata().getUid();
    var process =
        ProcessHandle.allProcesses()
            .filter(it -> Daemon.belongsTo(it, uid))
            .filter(it -> Daemon.command(it).contains("quarkus-run.jar"))
            .findFirst();
    var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (process.isEmpty() || !Files.isExecutable(jcmd)) return false;
    var dump = Path.of("/proc/%d/root/tmp/heap.hprof".formatted(process.get().pid()));
    try {
      var said =
          Shell.run(
              List.of(jcmd.toString()),
              Long.toString(process.get().pid()),
              "GC.heap_dump",
              "-overwrite",
              "/tmp/heap.hprof");
      if (!said.contains("Heap dump file created")) return false;
      search.in("the daemon's heap", Files.readAllBytes(dump));
      return true;
    } catch (IOException | IllegalStateException e) {
      System.out.println("the daemon's heap can't be looked at: " + e.getMessage());
      return false;
    } finally {
      try {
        Files.deleteIfExists(dump);
      } catch (IOException e) {
        // It goes with its pod.
      }
    }
  }
}
