package dev.pgbaton.vault;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where OpenBao, or HashiCorp's Vault, is, and as whom pgbaton comes there.
 *
 * @param role of the Kubernetes auth method
 * @param authMount where that method is enabled
 * @param tokenFile a token of the service account, for the vault only; read at each login, since
 *     the kubelet renews it
 * @param caFile PEM; replaces the system's authorities
 * @param namespace for those that have namespaces
 */
public record VaultSettings(
    URI address,
    String role,
    String authMount,
    Path tokenFile,
    Optional<Path> caFile,
    Optional<String> namespace) {}
