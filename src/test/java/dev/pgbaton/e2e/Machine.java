package dev.pgbaton.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Predicate;

/**
 * What can be done to the cluster's nodes, API server and processes from the machine that they all
 * run on. Everything is undone by {@link #restore}, which also runs when this program is ended.
 */
final class Machine {
  private final List<String> script;
  private final Path state;
  private final Set<String> crashed = new ConcurrentSkipListSet<>();
  private final Set<String> isolated = new ConcurrentSkipListSet<>();
  private final Set<Long> paused = new ConcurrentSkipListSet<>();
  private List<String> apiServer = List.of();

  /**
   * @param script {@code cluster}, which knows nodes
   * @param state the folder in which it keeps the cluster
   */
  Machine(Path script, Path state) {
    this.script = List.of(script.toString());
    this.state = state;
    Runtime.getRuntime().addShutdownHook(new Thread(this::restore));
  }

  /** The script of {@code PGBATON_CLUSTER}, and the folder of {@code KUBECONFIG}. */
  static Machine fromEnvironment() {
    var script = System.getenv().getOrDefault("PGBATON_CLUSTER", "../shared/cluster/cluster");
    return new Machine(
        Path.of(script).toAbsolutePath(), Path.of(System.getenv("KUBECONFIG")).getParent());
  }

  /** The folder with one folder a node. */
  Path nodes() {
    return state.resolve("nodes");
  }

  void crash(String node) {
    crashed.add(node);
    Shell.run(script, "node", "crash", node);
  }

  void isolate(String node) {
    isolated.add(node);
    Shell.run(script, "node", "isolate", node);
  }

  void stopKubelet(String node) {
    crashed.add(node);
    Shell.run(script, "node", "stop", node);
  }

  /** Also after {@link #stopKubelet}. */
  void start(String node) {
    Shell.run(script, "node", "start", node);
    crashed.remove(node);
  }

  void rejoin(String node) {
    Shell.run(script, "node", "rejoin", node);
    isolated.remove(node);
  }

  /** No request is answered any more, and connections to it are closed. */
  synchronized void stopApiServer() {
    var pid = apiServerPid();
    apiServer = Arrays.stream(read(Path.of("/proc/" + pid + "/cmdline")).split("\0")).toList();
    signal("KILL", List.of(pid));
  }

  synchronized void startApiServer() {
    if (apiServer.isEmpty()) return;
    var command = new ArrayList<>(List.of("bash", "-c", START, "start", state.toString()));
    command.addAll(apiServer);
    Shell.run(command);
    apiServer = List.of();
  }

  /** As the cluster's script starts it. */
  private static final String START =
      """
      state=$1; shift
      PATH=$state/bin:$PATH
      setsid nohup "$@" >>"$state/log/apiserver.log" 2>&1 </dev/null &
      echo "$! $(awk '{sub(/.*\\) /, "")} {print $20}' "/proc/$!/stat")" >"$state/run/apiserver.pid"
      """;

  /** Connections to it stay open, and nothing comes. */
  void pauseApiServer() {
    pause(List.of(apiServerPid()));
  }

  void resumeApiServer() {
    resume(List.of(apiServerPid()));
  }

  /** The processes of a pod, but for the sandbox's own. */
  List<Long> processes(String podUid, Predicate<String> command) {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> belongsTo(pid, podUid))
        .filter(
            pid -> {
              var line = read(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ').strip();
              return !line.equals("/pause") && !line.isEmpty() && command.test(line);
            })
        .toList();
  }

  void kill(List<Long> pids) {
    signal("KILL", pids);
  }

  void pause(List<Long> pids) {
    paused.addAll(pids);
    signal("STOP", pids);
  }

  void resume(List<Long> pids) {
    signal("CONT", pids);
    paused.removeAll(pids);
  }

  /** Whatever was done and not undone yet. */
  void restore() {
    quietly(() -> resume(List.copyOf(paused)));
    quietly(this::startApiServer);
    for (var node : List.copyOf(isolated)) quietly(() -> rejoin(node));
    for (var node : List.copyOf(crashed)) quietly(() -> start(node));
  }

  private static void quietly(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      System.out.println("restoring the cluster: " + e.getMessage());
    }
  }

  private long apiServerPid() {
    return Long.parseLong(read(state.resolve("run/apiserver.pid")).strip().split(" ")[0]);
  }

  private static void signal(String name, List<Long> pids) {
    var alive = pids.stream().filter(pid -> Files.exists(Path.of("/proc/" + pid))).toList();
    if (alive.isEmpty()) return;
    var words = new ArrayList<>(List.of("kill", "-" + name));
    alive.forEach(pid -> words.add(pid.toString()));
    try {
      // One call: whoever is resumed first must not get ahead by much.
      Shell.run(words);
    } catch (Shell.Failed e) {
      // One of them ended meanwhile; the others have got it.
    }
  }

  private static boolean belongsTo(long pid, String podUid) {
    return read(Path.of("/proc/" + pid + "/cgroup")).contains(podUid);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
