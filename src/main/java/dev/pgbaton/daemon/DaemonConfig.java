package dev.pgbaton.daemon;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The daemon's settings: each is an environment variable, {@code PGBATON_GIT_URL} for {@code
 * pgbaton.git.url}.
 */
@ConfigMapping(prefix = "pgbaton")
interface DaemonConfig {
  Git git();

  Forge forge();

  Sops sops();

  Web web();

  Oidc oidc();

  Traces traces();

  Vault vault();

  /** Part of the statuses' names, for repositories that several daemons read. */
  @WithDefault("default")
  String environment();

  /** Namespaces that are looked after; empty for all. */
  Optional<List<String>> namespaces();

  /** pgbaton's own, for its journal; in a pod, the pod's where it isn't set. */
  Optional<String> namespace();

  /** Clusters that are looked at at the same time. */
  @WithDefault("4")
  int parallelism();

  /** A cluster in memory instead of Kubernetes. */
  @WithDefault("false")
  boolean sandbox();

  /** Real databases in the sandbox, each a process of this machine. */
  @WithDefault("false")
  boolean sandboxDatabases();

  /** Where the sandbox keeps its Git repository. */
  @WithDefault("${java.io.tmpdir}/pgbaton-sandbox")
  Path sandboxDir();

  interface Git {
    Optional<String> url();

    @WithDefault("main")
    String branch();

    @WithDefault(".")
    String path();

    /** ignored, one-cluster or directories: where plain manifests are clusters, too. */
    @WithDefault("ignored")
    String manifests();

    /** For manifests that name no namespace. */
    Optional<String> manifestsNamespace();

    Optional<String> username();

    Optional<Path> tokenFile();

    Optional<Path> sshKeyFile();

    Optional<Path> knownHostsFile();

    Optional<Path> caFile();

    Optional<URI> proxy();

    /** Between two looks, give or take a fifth. */
    @WithDefault("30s")
    Duration interval();

    @WithDefault("30s")
    Duration timeout();

    @WithDefault("${java.io.tmpdir}/pgbaton-git")
    Path cacheDir();
  }

  interface Sops {
    /** Private age keys, one a line: for passwords that are encrypted in Git. */
    Optional<Path> ageKeyFile();
  }

  interface Web {
    /** off, or kubernetes: the page's buttons, for who may do the same by kubectl. */
    @WithDefault("off")
    String actions();
  }

  /** Who signs in at an issuer: each means what the API server's flag of that name means. */
  interface Oidc {
    /** As it stands in the issuer's tokens; nobody signs in so where it isn't set. */
    Optional<String> issuerUrl();

    Optional<String> clientId();

    /** A client without a secret has none. */
    Optional<Path> clientSecretFile();

    @WithDefault("sub")
    String usernameClaim();

    /**
     * The issuer's URL and {@code #} where it isn't set, but for the claim email; {@code -} for
     * none.
     */
    Optional<String> usernamePrefix();

    Optional<String> groupsClaim();

    Optional<String> groupsPrefix();

    Optional<Path> caFile();

    /** What the issuer is asked for, beside openid. */
    @WithDefault("profile,email")
    List<String> scopes();
  }

  interface Traces {
    /** Where OTLP over HTTP is taken, without its path; off where it isn't set. */
    Optional<URI> endpoint();
  }

  interface Vault {
    /** OpenBao's, or HashiCorp's Vault's: where declared users' passwords may be read from. */
    Optional<URI> address();

    /** Of the Kubernetes auth method. */
    @WithDefault("pgbaton")
    String role();

    /** Where that method is enabled. */
    @WithDefault("kubernetes")
    String authMount();

    /** Of the audience {@code vault}, and worth nothing at the API server; the base mounts it. */
    @WithDefault("/var/run/secrets/pgbaton/vault/token")
    Path tokenFile();

    Optional<Path> caFile();

    Optional<String> namespace();
  }

  interface Forge {
    /** gitea, forgejo, github or none. */
    @WithDefault("none")
    String kind();

    /** The API's base URL; found from the repository's where it isn't set. */
    Optional<URI> api();

    /** {@code owner/name}; found from the repository's URL where it isn't set. */
    Optional<String> repository();

    Optional<Path> tokenFile();

    Optional<Path> caFile();

    Optional<URI> proxy();

    @WithDefault("10s")
    Duration timeout();
  }
}
