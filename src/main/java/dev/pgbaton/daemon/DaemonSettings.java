package dev.pgbaton.daemon;

import dev.pgbaton.forge.ForgeKind;
import dev.pgbaton.forge.ForgeSettings;
import dev.pgbaton.git.GitSettings;
import dev.pgbaton.spec.ManifestLayout;
import dev.pgbaton.tls.TrustedAuthorities;
import dev.pgbaton.web.OidcClaims;
import dev.pgbaton.web.OidcSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The configuration, checked as a whole. */
record DaemonSettings(
    GitSettings git,
    ManifestLayout manifests,
    Duration interval,
    ForgeSettings forge,
    DaemonConfig config) {
  private static final Map<String, ManifestLayout.Where> MANIFESTS =
      Map.of(
          "ignored", ManifestLayout.Where.IGNORED,
          "one-cluster", ManifestLayout.Where.ONE_CLUSTER,
          "directories", ManifestLayout.Where.DIRECTORIES);

  private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(1);
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  /**
   * @throws BadConfiguration with every problem at once
   */
  static DaemonSettings of(DaemonConfig config) {
    var problems = new ArrayList<String>();
    var url = config.git().url().orElse("");
    var git =
        new GitSettings(
            url,
            config.git().branch(),
            config.git().path(),
            config.git().username().orElse(GitSettings.DEFAULT_USERNAME),
            config.git().tokenFile(),
            config.git().sshKeyFile(),
            config.git().knownHostsFile(),
            config.git().caFile(),
            config.git().proxy(),
            config.git().timeout(),
            config.git().cacheDir());
    // The sandbox brings a repository of its own.
    if (!config.sandbox() || !url.isEmpty()) problems.addAll(git.problems());
    if (config.git().interval().compareTo(SHORTEST_INTERVAL) < 0)
      problems.add("PGBATON_GIT_INTERVAL: expected at least 1s, found " + config.git().interval());
    if (!MANIFESTS.containsKey(config.git().manifests()))
      problems.add(
          "PGBATON_GIT_MANIFESTS: expected ignored, one-cluster or directories, found "
              + config.git().manifests());
    if (!config.git().manifests().equals("ignored") && config.namespaces().isEmpty())
      problems.add(
          "PGBATON_GIT_MANIFESTS: needs PGBATON_NAMESPACES, because whoever may push manifests may run pods in each of these namespaces");
    if (!config.git().manifests().equals("ignored"))
      config.namespaces().orElse(List.of()).stream()
          .filter(n -> n.startsWith("kube-") || config.namespace().filter(n::equals).isPresent())
          .forEach(
              n ->
                  problems.add(
                      "PGBATON_NAMESPACES: '%s' is no place for manifests: whoever may push them would be the cluster's administrator, or pgbaton"
                          .formatted(n)));
    config
        .git()
        .manifestsNamespace()
        .filter(n -> !NAME.matcher(n).matches())
        .ifPresent(
            n ->
                problems.add(
                    "PGBATON_GIT_MANIFESTS_NAMESPACE: '%s' is no namespace's name".formatted(n)));
    var kind = ForgeKind.of(config.forge().kind());
    if (kind.isEmpty())
      problems.add(
          "PGBATON_FORGE_KIND: expected gitea, github or none, found " + config.forge().kind());
    var forge = kind.map(k -> forge(k, url, config.forge())).orElseGet(ForgeSettings::none);
    problems.addAll(forge.problems());
    if (!NAME.matcher(config.environment()).matches())
      problems.add(
          "PGBATON_ENVIRONMENT: expected lower-case letters, digits and '-', found "
              + config.environment());
    config.namespaces().orElse(List.of()).stream()
        .filter(n -> !NAME.matcher(n).matches())
        .forEach(n -> problems.add("PGBATON_NAMESPACES: '%s' is no namespace's name".formatted(n)));
    if (!Set.of("off", "kubernetes").contains(config.web().actions()))
      problems.add(
          "PGBATON_WEB_ACTIONS: expected off or kubernetes, found " + config.web().actions());
    problems.addAll(oidcProblems(config));
    if (config.parallelism() < 1 || config.parallelism() > 64)
      problems.add("PGBATON_PARALLELISM: expected 1 to 64, found " + config.parallelism());
    if (!problems.isEmpty()) throw new BadConfiguration(problems);
    var manifests =
        new ManifestLayout(
            MANIFESTS.get(config.git().manifests()), config.git().manifestsNamespace());
    return new DaemonSettings(git, manifests, config.git().interval(), forge, config);
  }

  private static ForgeSettings forge(ForgeKind kind, String gitUrl, DaemonConfig.Forge forge) {
    return kind == ForgeKind.NONE
        ? ForgeSettings.none()
        : new ForgeSettings(
            kind,
            gitUrl,
            forge.api(),
            forge.repository(),
            forge.tokenFile(),
            forge.caFile(),
            forge.proxy(),
            forge.timeout());
  }

  private static List<String> oidcProblems(DaemonConfig config) {
    var oidc = config.oidc();
    if (oidc.issuerUrl().isEmpty())
      return oidc.clientId().isPresent() || oidc.clientSecretFile().isPresent()
          ? List.of("PGBATON_OIDC_ISSUER_URL is not set, but what belongs to it is")
          : List.of();
    var problems = new ArrayList<String>();
    if (!config.web().actions().equals("kubernetes"))
      problems.add(
          "PGBATON_OIDC_ISSUER_URL: there is nothing to sign in for unless PGBATON_WEB_ACTIONS is kubernetes");
    oidc(config).ifPresent(settings -> problems.addAll(settings.problems()));
    if (oidc.groupsClaim().isPresent() && oidc.groupsPrefix().isEmpty())
      problems.add(
          "PGBATON_OIDC_GROUPS_PREFIX is not set: say what the issuer's groups begin with here, such as oidc:, or - for nothing. Without a prefix, whoever may name a group at the issuer may be in any group of Kubernetes' (docs/page.md)");
    oidc.caFile().ifPresent(file -> checkCertificates(file, problems));
    return problems;
  }

  private static void checkCertificates(Path file, List<String> problems) {
    try {
      TrustedAuthorities.read(file);
    } catch (IOException e) {
      problems.add("PGBATON_OIDC_CA_FILE: %s can't be read as PEM certificates".formatted(file));
    }
  }

  /** Not checked; empty where no issuer is named. */
  static Optional<OidcSettings> oidc(DaemonConfig config) {
    var oidc = config.oidc();
    return oidc.issuerUrl()
        .map(
            issuer ->
                new OidcSettings(
                    issuer,
                    oidc.clientId().orElse(""),
                    oidc.clientSecretFile(),
                    OidcClaims.of(
                        issuer,
                        oidc.usernameClaim(),
                        oidc.usernamePrefix(),
                        oidc.groupsClaim(),
                        oidc.groupsPrefix()),
                    oidc.scopes(),
                    oidc.caFile()));
  }

  /** The daemon can't start with this configuration. */
  static final class BadConfiguration extends RuntimeException {
    BadConfiguration(List<String> problems) {
      super("pgbaton can't start with this configuration:\n  " + String.join("\n  ", problems));
    }
  }
}
