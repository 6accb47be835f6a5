package dev.pgbaton.cli;

import dev.pgbaton.kube.ClientConfiguration;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** To which Kubernetes, and where the daemon is there. */
final class Connection {
  @Option(
      names = "--context",
      paramLabel = "NAME",
      description =
          "Of the kubeconfig ($KUBECONFIG, or ~/.kube/config); by default its current one.")
  Optional<String> context = Optional.empty();

  @Option(
      names = "--daemon-namespace",
      paramLabel = "NAMESPACE",
      defaultValue = "pgbaton-system",
      description = "Where the daemon keeps its journals (${DEFAULT-VALUE}).")
  String daemonNamespace;

  @Spec(Spec.Target.MIXEE)
  CommandSpec command;

  Config config() {
    var config = context.map(Config::autoConfigure).orElseGet(() -> new ConfigBuilder().build());
    // The client would take a name that it does not find for no kubeconfig at all.
    if (context.isPresent()
        && config.getContexts().stream()
            .map(NamedContext::getName)
            .noneMatch(context.get()::equals))
      throw new ParameterException(
          command.commandLine(), "the kubeconfig has no context " + context.get());
    new ClientConfiguration().customize(config);
    return config;
  }

  static KubernetesClient open(Config config) {
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientFactory(new JdkHttpClientFactory())
        .build();
  }
}
