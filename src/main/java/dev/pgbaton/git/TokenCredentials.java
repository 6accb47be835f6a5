package dev.pgbaton.git;

import java.util.Arrays;
import org.eclipse.jgit.errors.UnsupportedCredentialItem;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.URIish;

/**
 * Gives the token to the configured server only: a redirect to another one must not carry it away.
 */
final class TokenCredentials extends CredentialsProvider {
  private final URIish remote;
  private final String username;
  private final String token;

  TokenCredentials(URIish remote, String username, String token) {
    this.remote = remote;
    this.username = username;
    this.token = token;
  }

  @Override
  public boolean isInteractive() {
    return false;
  }

  @Override
  public boolean supports(CredentialItem... items) {
    return Arrays.stream(items)
        .allMatch(
            item ->
                item instanceof CredentialItem.Username || item instanceof CredentialItem.Password);
  }

  @Override
  public boolean get(URIish uri, CredentialItem... items) throws UnsupportedCredentialItem {
    if (!sameServer(uri) || !supports(items)) {
      return false;
    }
    for (var item : items) {
      switch (item) {
        case CredentialItem.Username name -> name.setValue(username);
        case CredentialItem.Password password -> password.setValue(token.toCharArray());
        default -> throw new UnsupportedCredentialItem(uri, item.getPromptText());
      }
    }
    return true;
  }

  private boolean sameServer(URIish uri) {
    return remote.getScheme().equals(uri.getScheme())
        && remote.getHost().equalsIgnoreCase(uri.getHost())
        && remote.getPort() == uri.getPort();
  }
}
