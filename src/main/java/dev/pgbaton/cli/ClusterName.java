package dev.pgbaton.cli;

import dev.pgbaton.cluster.ClusterId;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a cluster is named: {@code namespace/name}, or its name in a namespace. */
final class ClusterName {
  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "Of a cluster that is named without one; by default the kubeconfig's.")
  Optional<String> namespace = Optional.empty();

  @Spec(Spec.Target.MIXEE)
  CommandSpec command;

  ClusterId of(String name, String kubeconfigs) {
    var slash = name.indexOf('/');
    if (slash < 0) return new ClusterId(namespace(kubeconfigs), name);
    var before = name.substring(0, slash);
    if (namespace.filter(n -> !n.equals(before)).isPresent())
      throw new ParameterException(
          command.commandLine(), "%s is not in %s.".formatted(name, namespace.get()));
    return new ClusterId(before, name.substring(slash + 1));
  }

  /**
   * @param kubeconfigs null where it names none
   */
  String namespace(String kubeconfigs) {
    return namespace.orElse(kubeconfigs == null ? "default" : kubeconfigs);
  }
}
