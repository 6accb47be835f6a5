package dev.pgbaton.kustomize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pgbaton.spec.ManifestDirectory;
import dev.pgbaton.spec.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KustomizeTest {
  private static final String PATH = System.getenv().getOrDefault("PATH", "");

  @TempDir Path programs;

  private final Map<String, String> files = new HashMap<>();

  @Test
  void aDirectoryWithoutAKustomizationIsLeftAsItIs() throws IOException {
    var directory = directory();

    assertThat(new Kustomize(PATH).rendered(directory, this::file)).isSameAs(directory);
  }

  @Test
  void anOverlayOfABaseBesideItIsRendered() throws IOException {
    assumeTrue(
        Stream.of(PATH.split(":"))
            .anyMatch(
                d ->
                    Files.isExecutable(Path.of(d, "kustomize"))
                        || Files.isExecutable(Path.of(d, "kubectl"))),
        "there is neither kustomize nor kubectl here");
    files.put(
        "base/kustomization.yaml",
        "resources: [set.yaml]\nconfigMapGenerator: [{name: hooks, files: [pre-stop.sh]}]\n");
    files.put("base/pre-stop.sh", "exit 0\n");
    files.put(
        "base/set.yaml",
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: pg}\nspec: {serviceName: pg}\n");
    files.put(
        "prod/kustomization.yaml",
        "namespace: db\nresources: [../base]\npatches: [{path: replicas.yaml}]\nimages: [{name: a, newTag: b}]\n"
            + "commonAnnotations: {path: here}\nlabels: [{pairs: {env: prod}, fields: [{path: a/b, create: false}]}]\n");
    files.put(
        "prod/replicas.yaml",
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: pg}\nspec: {replicas: 3}\n");

    var rendered = new Kustomize(PATH).rendered(directory(), this::file);

    assertThat(rendered.problems()).isEmpty();
    assertThat(rendered.files()).hasSize(1);
    assertThat(rendered.files().getFirst().path()).isEqualTo("prod/kustomization.yaml (rendered)");
    assertThat(rendered.files().getFirst().text())
        .contains(
            "kind: StatefulSet",
            "replicas: 3",
            "env: prod",
            "namespace: db",
            "pre-stop.sh: |",
            "name: hooks-");
  }

  @Test
  void withoutTheProgramAPersonIsToldWhatToDo(@TempDir Path empty) throws IOException {
    files.put("prod/kustomization.yaml", "resources: []\n");

    assertThat(problems(new Kustomize(empty.toString())))
        .containsExactly(
            "prod/kustomization.yaml needs kustomize or kubectl, and neither is installed here. Commit what kustomize makes of it in its place.");
  }

  /** kustomize asks the address before it looks for the file. */
  @Test
  void anAddressIsNoPathThoughTheRepositoryHasOneLikeIt() throws IOException {
    files.put("prod/kustomization.yaml", "resources: [https://127.0.0.1:8080/x.yaml]");
    files.put("prod/https:/127.0.0.1:8080/x.yaml", "kind: Namespace");

    assertThat(problems(new Kustomize(never())))
        .singleElement()
        .asString()
        .contains("addresses and other places are refused");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resources: [https://example.com/base]",
        "resources: [github.com/org/repo//base?ref=v1]",
        "resources: ['git@example.com:org/repo.git']",
        "resources: [../../../../etc]",
        "resources: [/etc/passwd]",
        "bases: ['ssh://example.com/base']",
        "components: [../missing]",
        "configMapGenerator: [{name: a, files: [../../etc/passwd]}]",
        "configMapGenerator: [{name: a, files: ['key=https://169.254.169.254/latest']}]",
        "secretGenerator: [{name: a, envs: ['http://example.com/env']}]",
        "patches: [{path: 'https://example.com/patch.yaml'}]",
        "patchesJson6902: [{path: ../../x}]",
        "patchesStrategicMerge: ['https://example.com/patch.yaml']",
        "replacements: [{path: /proc/self/environ}]",
        "crds: [../../crd.yaml]",
        "Resources: ['https://example.com/base']",
        "<<: {resources: ['https://example.com/base']}",
        "? resources\n: - 'https://example.com/base'"
      })
  void whatIsNoFileOfTheRepositoryIsRefusedBeforeAnythingRuns(String kustomization)
      throws IOException {
    files.put("prod/kustomization.yaml", kustomization);

    assertThat(problems(new Kustomize(never())))
        .hasSize(1)
        .allMatch(p -> p.startsWith("prod/kustomization.yaml names "))
        .allMatch(
            p ->
                p.endsWith(
                    "of this repository at this commit: addresses and other places are refused."));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "helmCharts: [{name: x}]",
        "generators: [exec.yaml]",
        "transformers: [exec.yaml]",
        "validators: [exec.yaml]",
        "resources: {a: [b]}",
        "resources: [{a: b}]",
        "a: [",
        "reſources: ['https://example.com/base']",
        "? !!binary cmVzb3VyY2Vz\n: ['https://example.com/base']",
        "resources: []\n---\nresources: ['https://example.com/base']",
        "resources: []\nresources: ['https://example.com/base']",
        "just text",
        "a: &a [b,b,b,b,b,b,b,b,b]\nc: &c [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]"
      })
  void programsAndNonsenseAreRefused(String kustomization) throws IOException {
    files.put("prod/kustomization.yaml", kustomization);

    assertThat(problems(new Kustomize(never())))
        .isNotEmpty()
        .allMatch(p -> p.startsWith("prod/kustomization.yaml"));
  }

  @Test
  void aBaseThatNamesTheOverlayIsFollowedOnce() throws IOException {
    files.put("prod/kustomization.yaml", "resources: [../base]");
    files.put("base/kustomization.yaml", "resources: [../prod, https://example.com]");

    assertThat(problems(new Kustomize(never())))
        .singleElement()
        .asString()
        .startsWith("base/kustomization.yaml names https://example.com under resources");
  }

  @Test
  void aTreeWithoutEndIsRefused() throws IOException {
    files.put(
        "prod/kustomization.yaml",
        "resources:\n"
            + Stream.iterate(0, i -> i + 1)
                .limit(1_000)
                .map(i -> "- r%d.yaml\n".formatted(i))
                .reduce("", String::concat));
    for (int i = 0; i < 1_000; i++) files.put("prod/r%d.yaml".formatted(i), "");

    assertThat(problems(new Kustomize(never())))
        .containsExactly("prod/kustomization.yaml reaches more than 500 files or 4,194,304 bytes.");
  }

  /** Nobody said that these are clusters, and they don't look like any. */
  @Test
  void otherApplicationsKustomizationsAreTheirOwnBusiness() throws IOException {
    files.put("web/kustomization.yaml", "resources: [https://example.com/web.yaml]\n");
    var web = new ManifestDirectory("web/", List.of(), List.of(), false, Optional.empty());
    assertThat(new Kustomize(never()).rendered(web, this::file)).isSameAs(web);

    files.put(
        "web/kustomization.yaml", "resources: [https://example.com/postgresql-repmgr.yaml]\n");
    assertThat(new Kustomize(never()).rendered(web, this::file).problems()).isNotEmpty();
  }

  @Test
  void whatTakesTooMuchMemoryIsStopped() throws IOException {
    files.put("prod/kustomization.yaml", "resources: []\n");
    var program =
        Files.writeString(
            programs.resolve("kustomize"), "#!/bin/sh\nexec /usr/bin/tail /dev/zero\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();

    assertThat(problems(new Kustomize(programs.toString())))
        .singleElement()
        .asString()
        .startsWith("prod/kustomization.yaml takes more than 167,772,160 bytes of memory");
  }

  private static ManifestDirectory directory() {
    return new ManifestDirectory("prod/", List.of(), List.of(), true, Optional.empty());
  }

  private List<String> problems(Kustomize kustomize) throws IOException {
    var rendered = kustomize.rendered(directory(), this::file);
    assertThat(rendered.files()).isEmpty();
    return rendered.problems().stream().map(Problem::toString).toList();
  }

  /** A program that must not be run: it would say that it can't render. */
  private String never() throws IOException {
    var program = Files.writeString(programs.resolve("kustomize"), "#!/bin/sh\nexit 1\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return programs.toString();
  }

  private Optional<byte[]> file(String path) {
    return Optional.ofNullable(files.get(path)).map(s -> s.getBytes(StandardCharsets.UTF_8));
  }
}
