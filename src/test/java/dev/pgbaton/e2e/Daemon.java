package dev.pgbaton.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** The daemon as it is installed: {@code kustomize/base} with an overlay that the test makes. */
final class Daemon {
  static final String ENVIRONMENT = "e2e";

  /** A setting: the page has buttons, as {@code kustomize/components/actions} gives them. */
  static final String ACTIONS = "PGBATON_WEB_ACTIONS";

  private static final Map<String, String> COMPONENTS =
      Map.of("PGBATON_GIT_MANIFESTS", "manifests", ACTIONS, "actions");

  private final KubernetesClient kubernetes;
  private final Surroundings where;
  private final Path overlay;

  Daemon(KubernetesClient kubernetes, Surroundings where, Path overlay) {
    this.kubernetes = kubernetes;
    this.where = where;
    this.overlay = overlay;
  }

  /**
   * Applies the overlay and waits until the daemon has started. It is Ready after it has read a
   * commit.
   *
   * @param settings beside those of every test
   */
  void install(String repository, Duration gitInterval, Map<String, String> settings) {
    write("kustomization.yaml", kustomization(repository, gitInterval, settings));
    Shell.run(where.kubectl(), "apply", "-k", overlay.toString());
    Awaitility.await("the daemon has started")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> pod().filter(Daemon::started).isPresent());
  }

  boolean ready() {
    return pod().filter(Readiness.getInstance()::isReady).isPresent();
  }

  /** Everything that {@link #install} made. Clusters stay as they are. */
  void remove() {
    Shell.run(where.kubectl(), "delete", "-k", overlay.toString(), "--ignore-not-found");
  }

  Optional<Pod> pod() {
    return kubernetes
        .pods()
        .inNamespace(where.systemNamespace())
        .withLabel("app.kubernetes.io/name", "pgbaton")
        .list()
        .getItems()
        .stream()
        .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
        .findFirst();
  }

  /** As the API server knows it. */
  String user() {
    return "system:serviceaccount:%1$s:pgbaton-%1$s".formatted(where.systemNamespace());
  }

  /**
   * Kills its process as a crash does: no signal that it could answer. From the node, for process 1
   * of a container can't be killed from inside.
   */
  void crash() {
    var process = process(pod().orElseThrow().getMetadata().getUid());
    if (process.filter(ProcessHandle::destroyForcibly).isPresent()) return;
    kubernetes.resource(pod().orElseThrow()).withGracePeriod(0).delete();
  }

  /**
   * After a crash: another pod comes at once, where the kubelet would start the same one later each
   * time. The Lease of one that is dead goes as well: that it lapses 15 s later is shown elsewhere.
   */
  void replace() {
    var dead = pod();
    dead.ifPresent(pod -> kubernetes.resource(pod).withGracePeriod(0).delete());
    kubernetes.leases().inNamespace(where.systemNamespace()).withName("pgbaton-daemon").delete();
  }

  /** The program in that pod; empty where it is none of this machine's. */
  static Optional<ProcessHandle> process(String podUid) {
    return ProcessHandle.allProcesses()
        .filter(process -> belongsTo(process, podUid))
        .filter(process -> command(process).contains("quarkus-run.jar"))
        .findFirst();
  }

  int restarts() {
    return pod()
        .map(p -> p.getStatus().getContainerStatuses().getFirst().getRestartCount())
        .orElse(0);
  }

  String log() {
    return kubernetes
        .pods()
        .inNamespace(where.systemNamespace())
        .withName(pod().orElseThrow().getMetadata().getName())
        .getLog();
  }

  /** Its page, as by {@code kubectl port-forward}: a token is taken by this machine's name only. */
  LocalPortForward page() {
    return kubernetes
        .services()
        .inNamespace(where.systemNamespace())
        .withName("pgbaton-" + where.systemNamespace())
        .portForward(8080);
  }

  String metrics() {
    return kubernetes.raw(
        "/api/v1/namespaces/%1$s/services/pgbaton-%1$s:http/proxy/q/metrics"
            .formatted(where.systemNamespace()));
  }

  /** In MiB, as the kernel counts it. */
  long residentMemory() {
    var status =
        Shell.run(
            where.kubectl(),
            "-n",
            where.systemNamespace(),
            "exec",
            pod().orElseThrow().getMetadata().getName(),
            "--",
            "cat",
            "/proc/1/status");
    var matcher = Pattern.compile("VmRSS:\\s+(\\d+) kB").matcher(status);
    if (!matcher.find()) throw new IllegalStateException(status);
    return Long.parseLong(matcher.group(1)) / 1024;
  }

  private String kustomization(
      String repository, Duration gitInterval, Map<String, String> settings) {
    return """
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        namespace: %1$s
        # Its cluster-wide objects are no other installation's.
        nameSuffix: -%1$s
        resources: [base]
        components: [%11$s]
        images:
          - {name: pgbaton, newName: %2$s, newTag: %3$s}
        configMapGenerator:
          - name: pgbaton
            literals:
              - PGBATON_GIT_URL=%4$s
              - PGBATON_GIT_PATH=clusters
              - PGBATON_GIT_TOKEN_FILE=/etc/pgbaton/secrets/git-token
              - PGBATON_GIT_INTERVAL=%5$s
              - PGBATON_FORGE_KIND=gitea
              - PGBATON_FORGE_API=%6$s
              - PGBATON_FORGE_TOKEN_FILE=/etc/pgbaton/secrets/forge-token
              - PGBATON_ENVIRONMENT=%7$s%10$s
        secretGenerator:
          - name: pgbaton-secrets
            literals: [git-token=%8$s, forge-token=%8$s%12$s]
        %9$s"""
        .formatted(
            where.systemNamespace(),
            where.daemonImage().substring(0, where.daemonImage().lastIndexOf(':')),
            where.daemonImage().substring(where.daemonImage().lastIndexOf(':') + 1),
            repository,
            gitInterval,
            where.forgeApi(),
            ENVIRONMENT,
            where.forgeToken(),
            forgeOnAnotherPort(port(repository)),
            settings.entrySet().stream()
                .filter(e -> !e.getKey().equals(ACTIONS))
                .map(e -> "\n      - %s=%s".formatted(e.getKey(), e.getValue()))
                .collect(Collectors.joining()),
            COMPONENTS.entrySet().stream()
                .filter(e -> settings.containsKey(e.getKey()))
                .map(Map.Entry::getValue)
                .collect(Collectors.joining(", ")),
            settings.containsKey("PGBATON_SOPS_AGE_KEY_FILE") ? ", age-keys=" + ageKey() : "");
  }

  /** The one that the tests' files are encrypted for. */
  private static String ageKey() {
    return read(Path.of("src/test/resources/dev/pgbaton/sops/keys.txt"))
        .lines()
        .filter(line -> line.startsWith("AGE-SECRET-KEY-"))
        .findFirst()
        .orElseThrow();
  }

  /** In the README's own words. */
  private static String forgeOnAnotherPort(int port) {
    var readme = read(Path.of("README.md"));
    var from = readme.indexOf("patches:\n  - target: {kind: NetworkPolicy, name: pgbaton}");
    return readme
        .substring(from, readme.indexOf("```", from))
        .replace("port: 3000", "port: " + port);
  }

  private static boolean started(Pod pod) {
    return pod.getStatus().getContainerStatuses().stream()
        .anyMatch(c -> Boolean.TRUE.equals(c.getStarted()));
  }

  private static int port(String url) {
    var uri = java.net.URI.create(url);
    return uri.getPort() > 0 ? uri.getPort() : 443;
  }

  private void write(String name, String content) {
    try {
      // kustomize takes no path outside of its root but a folder with a kustomization of its own.
      copy(Path.of("kustomize/base"), overlay.resolve("base"));
      for (var component : COMPONENTS.values())
        copy(Path.of("kustomize/components", component), overlay.resolve(component));
      Files.writeString(overlay.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path folder, Path to) throws IOException {
    if (Files.exists(to)) return;
    Files.createDirectories(to);
    try (var files = Files.list(folder)) {
      for (var file : files.toList()) Files.copy(file, to.resolve(file.getFileName()));
    }
  }

  static boolean belongsTo(ProcessHandle process, String podUid) {
    var cgroup = read(Path.of("/proc/" + process.pid() + "/cgroup"));
    return cgroup.contains(podUid) || cgroup.contains(podUid.replace('-', '_'));
  }

  static String command(ProcessHandle process) {
    return read(Path.of("/proc/" + process.pid() + "/cmdline"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  /** A key of a Secret. */
  static String secret(KubernetesClient kubernetes, String namespace, String name, String key) {
    var data = kubernetes.secrets().inNamespace(namespace).withName(name).get().getData();
    return new String(Base64.getDecoder().decode(data.get(key)), StandardCharsets.UTF_8);
  }
}
