package dev.pgbaton.daemon;

import dev.pgbaton.age.AgeKeyFile;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.forge.ForgeKind;
import dev.pgbaton.forge.ForgeStatuses;
import dev.pgbaton.git.GitSettings;
import dev.pgbaton.local.LocalSandbox;
import dev.pgbaton.local.Place;
import dev.pgbaton.observed.PrimaryMove;
import dev.pgbaton.report.CommitStatuses;
import dev.pgbaton.report.CommitStatuses.Delivery;
import dev.pgbaton.sandbox.Sandbox;
import dev.pgbaton.sandbox.SeedRepository;
import dev.pgbaton.sops.DataKeys;
import dev.pgbaton.sops.PasswordVault;
import dev.pgbaton.vault.KeyValueVault;
import dev.pgbaton.vault.VaultSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.runtime.Quarkus;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/** Which {@link Backend} the settings ask for. */
@ApplicationScoped
class Backends {
  private static final Logger LOG = Logger.getLogger("dev.pgbaton");

  /** A bean that is only made where Kubernetes is used: without a cluster it can't be. */
  private final Instance<KubernetesClient> client;

  private Sandbox sandbox;
  private LocalSandbox local;
  private Path repository;

  Backends(Instance<KubernetesClient> client) {
    this.client = client;
  }

  /**
   * @param changed told of each cluster whose live state moved
   * @param anyChanged told when it is not known whose
   * @param moved told of each primary that moved
   */
  Backend of(
      DaemonSettings settings,
      Consumer<ClusterId> changed,
      Runnable anyChanged,
      Consumer<PrimaryMove> moved) {
    if (!settings.config().sandbox()) return kube(settings, changed, moved);
    return settings.config().sandboxDatabases()
        ? local(settings, anyChanged)
        : sandbox(settings, anyChanged);
  }

  private Backend kube(
      DaemonSettings settings, Consumer<ClusterId> changed, Consumer<PrimaryMove> moved) {
    var kubernetes = client.get();
    return new KubeBackend(
        kubernetes,
        settings
            .config()
            .namespace()
            .or(() -> Optional.ofNullable(kubernetes.getNamespace()))
            .orElse("pgbaton-system"),
        settings.config().namespaces().orElse(List.of()),
        changed,
        moved,
        settings.config().sops().ageKeyFile().<DataKeys>map(AgeKeyFile::new).orElse(DataKeys.NONE),
        vault(settings.config().vault()),
        // Another one may work now: the kubelet starts this one again, and it waits for its turn.
        () -> Quarkus.asyncExit(1));
  }

  private static PasswordVault vault(DaemonConfig.Vault vault) {
    try {
      return vault
          .address()
          .<PasswordVault>map(
              address ->
                  new KeyValueVault(
                      new VaultSettings(
                          address,
                          vault.role(),
                          vault.authMount(),
                          vault.tokenFile(),
                          vault.caFile(),
                          vault.namespace())))
          .orElse(PasswordVault.NONE);
    } catch (IllegalArgumentException e) {
      throw new DaemonSettings.BadConfiguration(List.of(e.getMessage()));
    }
  }

  private Backend sandbox(DaemonSettings settings, Runnable anyChanged) {
    repository = directory(settings).resolve("repository");
    var begun = !Files.exists(repository);
    SeedRepository.make(repository);
    sandbox = new Sandbox(Instant.now(), anyChanged, LOG::debug);
    LOG.infof(
        """
        a sandbox: the clusters are in memory, the repository is real. Try:
          cd %s
          sed -i 's/instances: 3/instances: 2/' clusters/orders.yaml && git commit -am 'Two instances'
          sed -i 's#postgres:17$#postgres:17.1#' clusters/orders.yaml && git commit -am 'A new image'
          sed -i 's#postgres:17.*#postgres:does-not-exist#' clusters/orders.yaml && git commit -am 'A bad image'
          curl -X POST %s/sandbox/shop/orders/orders-0/kill-postgres
        and watch this log, or %s%s""",
        repository,
        page(),
        page(),
        begun
            ? ""
            : "\nIt is the repository of an earlier run, as that left it; to begin anew, delete %s"
                .formatted(repository.getParent()));
    return SandboxBackend.of(sandbox);
  }

  private Backend local(DaemonSettings settings, Runnable anyChanged) {
    try {
      local =
          new LocalSandbox(
              Place.take(directory(settings)),
              anyChanged,
              LOG::debug,
              (name, line) -> LOG.debugf("%s: %s", name, line));
    } catch (IOException e) {
      throw new DaemonSettings.BadConfiguration(List.of(e.getMessage()));
    }
    repository = local.directory().resolve("repository");
    var begun = !Files.exists(repository);
    SeedRepository.make(repository);
    System.out.println(Invitation.of(local, repository, begun, page()));
    return SandboxBackend.of(local);
  }

  private static Path directory(DaemonSettings settings) {
    return settings.config().sandboxDir().toAbsolutePath().normalize();
  }

  private static String page() {
    return "http://127.0.0.1:"
        + ConfigProvider.getConfig()
            .getOptionalValue("quarkus.http.port", String.class)
            .orElse("8080");
  }

  /** The sandbox brings a repository of its own. */
  GitSettings git(DaemonSettings settings) {
    return settings.config().sandbox() && settings.git().url().isEmpty()
        ? settings
            .git()
            .at(repository.toUri().toString(), "clusters", repository.resolveSibling("clone"))
        : settings.git();
  }

  /** Without a forge, the sandbox tells the log what it would have told one. */
  CommitStatuses statuses(DaemonSettings settings) {
    return settings.config().sandbox() && settings.forge().kind() == ForgeKind.NONE
        ? status -> {
          LOG.infof(
              "status %s on %.8s (%s): %s",
              status.state(), status.commit(), status.context(), status.description());
          return new Delivery.Delivered();
        }
        : ForgeStatuses.of(settings.forge());
  }

  /** Empty where the clusters are real. */
  Optional<Sandbox> sandbox() {
    return Optional.ofNullable(sandbox);
  }

  /** Empty unless the sandbox has real databases. */
  Optional<LocalSandbox> local() {
    return Optional.ofNullable(local);
  }
}
