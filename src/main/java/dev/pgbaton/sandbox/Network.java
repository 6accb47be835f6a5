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
    cutOneWay(one, other, apart);
    cutOneWay(other, one, apart);
  }

  /** What is sent there is lost; what comes from there arrives. */
  void cutOneWay(String from, String to, boolean apart) {
    if (apart) cut.add(from + ">" + to);
    else cut.remove(from + ">" + to);
  }

  /** Whether a connection works, which takes both ways. */
  boolean connected(String one, String other) {
    return arrives(one, other) && arrives(other, one);
  }

  boolean arrives(String from, String to) {
    return !cut.contains(from + ">" + to);
  }

  /** A program that is stopped does not answer. */
  Optional<InstanceProgram> reach(String from, String to) {
    return connected(from, to) ? at(to).filter(p -> !p.paused()) : Optional.empty();
  }
}
