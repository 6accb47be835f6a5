package dev.pgbaton.sandbox;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which program answers under which pod's name in a cluster, and which lines are cut. */
final class Network {
  private final Map<String, InstanceProgram> programs = new LinkedHashMap<>();
  private final Set<String> cut = new HashSet<>();

  void arrive(InstanceProgram program) {
    programs.put(program.name(), program);
  }

  void leave(InstanceProgram program) {
    programs.remove(program.name(), program);
  }

  Optional<InstanceProgram> at(String pod) {
    return Optional.ofNullable(programs.get(pod));
  }

  Map<String, InstanceProgram> programs() {
    return programs;
  }

  void cut(String one, String other, boolean apart) {
    var line = line(one, other);
    if (apart) cut.add(line);
    else cut.remove(line);
  }

  boolean connected(String one, String other) {
    return !cut.contains(line(one, other));
  }

  private static String line(String one, String other) {
    return one.compareTo(other) < 0 ? one + "|" + other : other + "|" + one;
  }

  Optional<InstanceProgram> reach(String from, String to) {
    return connected(from, to) ? at(to) : Optional.empty();
  }
}
