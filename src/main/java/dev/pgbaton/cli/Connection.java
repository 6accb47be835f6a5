package dev.pgbaton.cli;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.kube.ClientConfiguration;
import dev.pgbaton.kube.ClusterLook;
import dev.pgbaton.kube.ClusterLook.Seen;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
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

  /** What is done there. */
  interface Work {
    /**
     * @param kubeconfigs the namespace of the kubeconfig
     * @return the exit code
     */
    int with(ClusterLook look, String kubeconfigs) throws InterruptedException, NoSuchCluster;
  }

  static final class NoSuchCluster extends Exception {
    private static final long serialVersionUID = 1;

    NoSuchCluster(ClusterId id) {
      super("there is no cluster %s of pgbaton's here.".formatted(id));
    }
  }

  /** Empty where Kubernetes can't be read, or has no such cluster, which has been said then. */
  Optional<Integer> look(Work work) throws InterruptedException {
    var config = config();
    try (var client = open(config)) {
      return Optional.of(
          work.with(new ClusterLook(client, daemonNamespace), config.getNamespace()));
    } catch (KubernetesClientException e) {
      command.commandLine().getErr().println(ClusterLook.words(e));
    } catch (NoSuchCluster e) {
      command.commandLine().getErr().println(e.getMessage());
    }
    return Optional.empty();
  }

  static Seen seen(ClusterLook look, ClusterId id) throws NoSuchCluster {
    return look.look(id).orElseThrow(() -> new NoSuchCluster(id));
  }

  static KubernetesClient open(Config config) {
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientFactory(new JdkHttpClientFactory())
        .build();
  }
}
