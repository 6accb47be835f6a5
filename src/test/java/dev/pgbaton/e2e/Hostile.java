package dev.pgbaton.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Ten directories of manifests that nobody should push. */
final class Hostile {
  private static final String MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
  private static final int HUGE = 100 << 20;

  /** Where each is refused, by the name of its StatefulSet and directory. */
  static final Map<String, String> PLACES =
      Map.of(
          "bomb", "bad.yaml:",
          "aliases", "bad.yaml:56:6 ",
          "tab", "bad.yaml:5:1 ",
          "twice", "bad.yaml:6:3 ",
          "binding", "bad.yaml:2:7 ",
          "elsewhere", "bad.yaml:5:14 ",
          "bytes", "bad.yaml:1:4 ",
          "huge", "bad.yaml ",
          "link", "bad.yaml ");

  /** Of this one nobody can say whose it would be: it is not read at all. */
  static final String TRAVERSAL = "traversal";

  private Hostile() {}

  static void write(Path clusters) throws IOException {
    for (var name : PLACES.keySet()) write(clusters, name, "set.yaml", set(name));
    for (var text : texts().entrySet()) write(clusters, text.getKey(), "bad.yaml", text.getValue());
    Files.write(clusters.resolve("bytes/bad.yaml"), new byte[] {'a', ':', ' ', (byte) 0xff});
    var huge = new byte[HUGE];
    Arrays.fill(huge, (byte) '#');
    Files.write(clusters.resolve("huge/bad.yaml"), huge);
    Files.createSymbolicLink(clusters.resolve("link/bad.yaml"), Path.of("/etc/passwd"));
    write(clusters, TRAVERSAL, "set.yaml", set(TRAVERSAL));
    write(
        clusters,
        TRAVERSAL,
        "kustomization.yaml",
        "resources: [set.yaml, ../../../../../etc/passwd]\n");
  }

  private static void write(Path clusters, String name, String file, String text)
      throws IOException {
    var directory = Files.createDirectories(clusters.resolve(name));
    Files.writeString(directory.resolve(file), text);
  }

  static void remove(Forge forge, String directory) {
    PLACES.keySet().forEach(name -> forge.remove(directory + "/" + name));
    forge.remove(directory + "/" + TRAVERSAL);
  }

  static String path(String directory, String name, String file) {
    return "%s/%s/%s".formatted(directory, name, file);
  }

  private static Map<String, String> texts() {
    var texts = new TreeMap<String, String>();
    var bomb = new StringBuilder(MAP + "data:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 6; i++)
      bomb.append("  a%d: &a%d [".formatted(i, i))
          .append(("*a" + (i - 1) + ", ").repeat(9))
          .append("x]\n");
    texts.put("bomb", bomb.toString());
    texts.put("aliases", MAP + "data:\n  a: &a [x]\n" + "  b: *a\n".repeat(60));
    texts.put("tab", MAP + "data:\n\ta: b\n");
    texts.put("twice", MAP + "data:\n  a: b\n  a: c\n");
    texts.put(
        "binding",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: mine}\n");
    texts.put(
        "elsewhere",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: kube-system\n");
    return texts;
  }

  private static String set(String name) {
    return """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: %s}
        spec:
          serviceName: none
          selector: {matchLabels: {app: a}}
          template:
            metadata: {labels: {app: a}}
            spec:
              containers:
                - name: postgresql
                  image: registry.example.com/pgbaton/postgres:17
                  env: [{name: REPMGR_PASSWORD, value: a}, {name: POSTGRES_PASSWORD, value: b}]
        """
        .formatted(name);
  }
}
