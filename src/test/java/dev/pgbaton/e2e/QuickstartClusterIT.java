package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/quickstart.md} from the repository on, block by block as it stands there, in a
 * checkout's folder. Only what the page has to name is named otherwise: the forge, its user, the
 * images and the namespaces.
 */
class QuickstartClusterIT {
  private static final Surroundings WHERE = Surroundings.fromEnvironment();
  private static final Duration GREEN = WHERE.patience(Duration.ofSeconds(120));
  private static final Duration ROLLOUT = WHERE.patience(Duration.ofSeconds(180));
  private static final Pattern BLOCK = Pattern.compile("(?s)```sh\n(.*?)```");

  @TempDir static Path work;

  private static KubernetesClient kubernetes;
  private static Map<String, String> names;

  @RegisterExtension
  static final Diagnostics DIAGNOSTICS =
      new Diagnostics(() -> kubernetes, WHERE, () -> "the forge's page has them");

  @BeforeAll
  static void aCheckout() throws Exception {
    kubernetes = Installation.client();
    Installation.load(
        WHERE,
        WHERE.daemonImage(),
        WHERE.postgresImage(),
        WHERE.nextPostgresImage(),
        WHERE.pgpoolImage());
    names = names();
    deleteRepository();
    for (var part : List.of("kustomize", "gitops-example")) copy(Path.of(part));
    // Not by its own name, which would be itself.
    if (!WHERE.kubectl().equals(List.of("kubectl")))
      program("kubectl", String.join(" ", WHERE.kubectl()));
    program("pgbaton", Path.of("pgbaton").toAbsolutePath().toString());
  }

  @AfterAll
  static void removeEverything() throws Exception {
    if (Boolean.getBoolean("pgbaton.keep")) return;
    deleteRepository();
    for (var namespace : List.of(WHERE.namespace(), WHERE.systemNamespace()))
      kubernetes.namespaces().withName(namespace).delete();
    await("the namespaces are gone")
        .atMost(Duration.ofMinutes(3))
        .until(
            () ->
                kubernetes.namespaces().withName(WHERE.namespace()).get() == null
                    && kubernetes.namespaces().withName(WHERE.systemNamespace()).get() == null);
    var overlay = work.resolve("kustomize/overlays/kind");
    if (Files.exists(overlay))
      Shell.run(
          WHERE.kubectl(),
          "delete",
          "-k",
          overlay.toString(),
          "--ignore-not-found",
          "--wait=false");
    kubernetes.close();
  }

  @Test
  void everyCommandOfThePageDoesWhatItSays() throws Exception {
    var blocks = blocks();

    run(blocks, "api/v1/user/repos");
    run(blocks, "kubectl apply -k");
    assertThat(run(blocks, "pgbaton validate")).contains("Two clusters");
    green(GREEN);
    assertThat(run(blocks, "pgbaton status -A")).contains("accounts-0", "accounts-1", "minimal-0");
    run(blocks, "name: writer");
    await("somebody writes").atMost(GREEN).until(() -> written() > 10);
    assertThat(run(blocks, "pgbaton plan")).contains("accounts-0", "accounts-1");
    green(ROLLOUT);
    var gap = run(blocks, "pgbaton history").lines().toList();

    assertThat(blocks).isEmpty();
    assertThat(String.join("\n", gap)).contains("00:00:0");
    System.out.println(String.join("\n", gap));
  }

  /**
   * What is written otherwise here than on the page; each of them is on it, or in what it copies.
   */
  private static Map<String, String> names() {
    var user = System.getenv("GITEA_ADMIN_USER");
    var login = user + ":" + System.getenv("GITEA_ADMIN_PASS");
    var host = WHERE.forgeUrl().replaceFirst("^https?://", "");
    var names = new LinkedHashMap<String, String>();
    names.put("dba:changeme", login);
    names.put("localhost:3000", host);
    names.put("gitea.forge:3000", host);
    names.put("port: 3000", "port: " + host.replaceFirst(".*:", ""));
    names.put("\"name\": \"pgbaton\"", "\"name\": \"quickstart-%s\"".formatted(UUID.randomUUID()));
    names.put("dba/databases", user + "/databases");
    names.put("/users/dba/", "/users/%s/".formatted(user));
    names.put(
        "postgres:17$#postgres:17.1", WHERE.postgresImage() + "$#" + WHERE.nextPostgresImage());
    names.put("image: localhost/pgbaton/postgres:17", "image: " + WHERE.postgresImage());
    names.put("pgbaton-system", WHERE.systemNamespace());
    names.put("-n shop", "-n " + WHERE.namespace());
    names.put("shop/accounts", WHERE.namespace() + "/accounts");
    for (var command : List.of("status", "history", "handoff"))
      names.put(
          "pgbaton " + command,
          "pgbaton %s --daemon-namespace %s".formatted(command, WHERE.systemNamespace()));
    return names;
  }

  private static Deque<String> blocks() throws IOException {
    var page = Files.readString(Path.of("docs/quickstart.md"));
    var blocks = new ArrayList<>(BLOCK.matcher(page).results().map(r -> r.group(1)).toList());
    // Kubernetes, images and forge are here already.
    assertThat(blocks.removeFirst()).startsWith("kind create cluster");
    assertThat(blocks.removeFirst()).startsWith("kubectl create namespace forge");
    for (var name : names.keySet()) assertThat(String.join("", blocks)).contains(name);
    return new ArrayDeque<>(blocks);
  }

  /** The next one, which has to be the one with these words. */
  private static String run(Deque<String> blocks, String words) throws Exception {
    var block = blocks.removeFirst();
    assertThat(block).contains(words);
    for (var name : names.entrySet()) block = block.replace(name.getKey(), name.getValue());
    // Nobody would end it.
    return bash(block.replaceAll("(?m)^watch .*$", ""));
  }

  private static String bash(String script) throws Exception {
    var builder = new ProcessBuilder("timeout", "300", "bash", "-euo", "pipefail", "-c", script);
    builder.directory(work.toFile()).redirectErrorStream(true);
    builder.environment().merge("PATH", work.toString(), (path, own) -> own + ":" + path);
    builder.environment().put("KUBECTL_REMOTE_COMMAND_WEBSOCKETS", "false");
    for (var who : List.of("AUTHOR", "COMMITTER")) {
      builder.environment().put("GIT_%s_NAME".formatted(who), "Dana");
      builder.environment().put("GIT_%s_EMAIL".formatted(who), "dana@example.com");
    }
    var process = builder.start();
    process.getOutputStream().close();
    var said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as("%s%n%s", script, said).isZero();
    return said;
  }

  /** As the page's reader sees on the forge. */
  private static void green(Duration patience) throws Exception {
    var commit = bash("git -C databases rev-parse HEAD").strip();
    var began = System.nanoTime();
    await(commit + " is green")
        .atMost(patience)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> state(commit).contains("\"state\":\"success\""));
    System.out.printf(
        "green after %d s%n", Duration.ofNanos(System.nanoTime() - began).toSeconds());
  }

  private static String state(String commit) throws Exception {
    return bash(
        "curl -sf -H \"Authorization: token $(cat token)\" %s/repos/%s/commits/%s/status"
            .formatted(WHERE.forgeApi(), names.get("dba/databases"), commit));
  }

  private static void deleteRepository() throws Exception {
    bash(
        "curl -s -X DELETE -H 'Authorization: token %s' %s/repos/%s"
            .formatted(WHERE.forgeToken(), WHERE.forgeApi(), names.get("dba/databases")));
  }

  private static int written() throws Exception {
    var rows =
        bash(
            "kubectl -n %s exec writer -- bash -c 'psql -At \"$URI\" -c \"select count(*) from seen\"' || true"
                .formatted(WHERE.namespace()));
    return rows.strip().matches("\\d+") ? Integer.parseInt(rows.strip()) : 0;
  }

  private static void copy(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var target = work.resolve(file);
        Files.createDirectories(target.getParent());
        Files.writeString(target, adapted(Files.readString(file)));
      }
    }
  }

  private static String adapted(String text) {
    var tag = WHERE.daemonImage().lastIndexOf(':');
    return text.replace("registry.example.com/pgbaton/postgres:17", WHERE.postgresImage())
        .replace("registry.example.com/pgbaton/pgpool:4.6", WHERE.pgpoolImage())
        .replace(
            "newName: registry.example.com/pgbaton/pgbaton, newTag: 0.1.0",
            "newName: %s, newTag: %s"
                .formatted(
                    WHERE.daemonImage().substring(0, tag), WHERE.daemonImage().substring(tag + 1)))
        .replace("pgbaton-system", WHERE.systemNamespace())
        .replace("namespace: shop", "namespace: " + WHERE.namespace())
        .replace("32000", Integer.toString(WHERE.nodePort()));
  }

  private static void program(String name, String command) throws IOException {
    var file = work.resolve(name);
    Files.writeString(file, "#!/bin/sh\nexec %s \"$@\"\n".formatted(command));
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
