package dev.pgbaton.kustomize;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.cluster.SourceRef;
import dev.pgbaton.spec.KubectlYaml;
import dev.pgbaton.spec.Problem;
import dev.pgbaton.spec.SpecFile;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files that a kustomization names, and those that they name: all of them in the repository, or
 * it is refused. kustomize would fetch an address, and read a directory beside the repository's.
 */
final class Reach {
  static final List<String> NAMES =
      List.of("kustomization.yaml", "kustomization.yml", "Kustomization");

  /** Where a kustomization names files, and in {@link #DIRECTORIES} directories too. */
  private static final Set<String> FILES =
      Set.of("crds", "configurations", "files", "envs", "env", "path", "patchesstrategicmerge");

  private static final Set<String> DIRECTORIES = Set.of("resources", "bases", "components");

  /** Programs, or what may name more than can be followed from here. */
  private static final Set<String> REFUSED =
      Set.of(
          "generators",
          "transformers",
          "validators",
          "helmcharts",
          "helmglobals",
          "helmchartinflationgenerator",
          "openapi");

  /** Labels and selectors, in which a name such as env is a person's own. */
  private static final Set<String> NO_FILES =
      Set.of(
          "labels",
          "commonlabels",
          "commonannotations",
          "generatoroptions",
          "options",
          "target",
          "targets",
          "sortoptions");

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int MOST_FILES = 500;
  private static final int MOST_BYTES = 4 << 20;
  private static final int MOST_PROBLEMS = 20;
  private static final int DEEPEST = 20;

  private final FileTree tree;
  private final SortedMap<String, byte[]> files = new TreeMap<>();
  private final List<Problem> problems = new ArrayList<>();
  private long bytes;
  private int nested;

  private Reach(FileTree tree) {
    this.tree = tree;
  }

  /**
   * @param files by path; incomplete if there are problems
   */
  record Found(SortedMap<String, byte[]> files, List<Problem> problems) {}

  static Found of(String kustomization, FileTree tree) throws IOException {
    var reach = new Reach(tree);
    reach.take(kustomization, kustomization);
    return new Found(reach.files, reach.problems);
  }

  /** Empty where the directory has none. */
  static Optional<String> kustomizationIn(String directory, FileTree tree) throws IOException {
    for (var name : NAMES) {
      var path = directory.isEmpty() ? name : directory + "/" + name;
      if (tree.file(path).isPresent()) return Optional.of(path);
    }
    return Optional.empty();
  }

  private boolean take(String path, String by) throws IOException {
    if (files.containsKey(path)) return true;
    var content = tree.file(path);
    if (content.isEmpty()) return false;
    bytes += content.get().length;
    if (files.size() >= MOST_FILES || bytes > MOST_BYTES) {
      refuse(by, "reaches more than %d files or %,d bytes".formatted(MOST_FILES, MOST_BYTES));
      return true;
    }
    files.put(path, content.get());
    if (!NAMES.contains(path.substring(path.lastIndexOf('/') + 1))) return true;
    if (nested == DEEPEST) {
      refuse(by, "is one of more than %d bases of bases".formatted(DEEPEST));
      return true;
    }
    nested++;
    follow(path, content.get());
    nested--;
    return true;
  }

  private void follow(String kustomization, byte[] content) throws IOException {
    switch (KubectlYaml.only(new SpecFile(kustomization, "", content))) {
      case KubectlYaml.Document.Refused(var found) ->
          found.stream().limit(MOST_PROBLEMS).forEach(problems::add);
      case KubectlYaml.Document.Values(var values) -> {
        // kustomize gets what was read here, and not a text that it may read in another way.
        files.put(kustomization, JSON.writeValueAsBytes(values));
        fields(values, kustomization, 0);
      }
    }
  }

  private void fields(Map<?, ?> map, String kustomization, int depth) throws IOException {
    for (var field : map.entrySet()) {
      // Go's JSON takes a field in any case, and two letters beyond ASCII for s and k.
      var name = String.valueOf(field.getKey());
      var key = name.toLowerCase(Locale.ROOT);
      if (!name.chars().allMatch(c -> c < 128))
        refuse(kustomization, "has a field whose name is not of ASCII letters");
      else if (REFUSED.contains(key))
        refuse(kustomization, "has %s, which are refused here".formatted(shown(name)));
      else if (DIRECTORIES.contains(key)) entries(field.getValue(), key, kustomization, true);
      else if (FILES.contains(key)) entries(field.getValue(), key, kustomization, false);
      else if (NO_FILES.contains(key)) continue;
      else if (depth < DEEPEST) below(field.getValue(), kustomization, depth + 1);
      else refuse(kustomization, "is nested too deeply");
    }
  }

  private void below(Object value, String kustomization, int depth) throws IOException {
    if (value instanceof Map<?, ?> map) fields(map, kustomization, depth);
    else if (value instanceof List<?> list)
      for (var item : list) below(item, kustomization, depth + 1);
  }

  private void entries(Object value, String key, String kustomization, boolean directories)
      throws IOException {
    for (var entry : value instanceof List<?> list ? list : List.of(value == null ? "" : value)) {
      if (!(entry instanceof String text)) {
        // An object among strings: patches under `path`, for instance, are texts.
        refuse(kustomization, "has a value under %s that names no file".formatted(key));
        continue;
      }
      if (text.isEmpty() || key.equals("patchesstrategicmerge") && text.contains("\n")) continue;
      var named = key.equals("files") ? text.substring(text.indexOf('=') + 1) : text;
      if (!reached(named, kustomization, directories))
        refuse(
            kustomization,
            "names %s under %s, which is no file%s of this repository at this commit: addresses and other places are refused"
                .formatted(
                    shown(named),
                    key,
                    directories ? ", and no directory with a kustomization," : ""));
    }
  }

  private boolean reached(String named, String kustomization, boolean directories)
      throws IOException {
    var path = resolved(kustomization, named);
    if (path.isEmpty()) return false;
    if (take(path.get(), kustomization)) return true;
    if (!directories) return false;
    var below = kustomizationIn(path.get(), tree);
    return below.isPresent() && take(below.get(), kustomization);
  }

  /** Empty for what leads out of the repository, and for what kustomize takes for an address. */
  private static Optional<String> resolved(String kustomization, String named) {
    if (named.startsWith("/")
        || named.contains("://")
        || named.contains("\\")
        || named.indexOf('\0') >= 0) return Optional.empty();
    var steps = new ArrayDeque<String>();
    var slash = kustomization.lastIndexOf('/');
    var from = slash < 0 ? "" : kustomization.substring(0, slash);
    for (var step : (from + "/" + named).split("/")) {
      if (step.equals("..")) {
        if (steps.pollLast() == null) return Optional.empty();
      } else if (!step.isEmpty() && !step.equals(".")) {
        steps.addLast(step);
      }
    }
    return Optional.of(String.join("/", steps));
  }

  private void refuse(String kustomization, String message) {
    var problem = new Problem(SourceRef.file(kustomization), "", message + ".");
    if (problems.size() < MOST_PROBLEMS && !problems.contains(problem)) problems.add(problem);
  }

  private static String shown(String text) {
    var line = text.replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= 80 ? line : line.substring(0, 79) + "…";
  }
}
