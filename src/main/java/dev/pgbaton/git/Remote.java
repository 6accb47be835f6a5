package dev.pgbaton.git;

import dev.pgbaton.tls.TrustedAuthorities;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.FetchResult;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;

/**
 * The server's side of the repository. Keys, tokens and authorities are read for each conversation,
 * so that they can be rotated.
 */
final class Remote {
  private final GitSettings settings;
  private final URIish uri;

  Remote(GitSettings settings) {
    this.settings = settings;
    this.uri = settings.remote().orElseThrow();
  }

  /** What the branch points at; empty when there is no such branch. */
  Optional<ObjectId> head() throws IOException {
    try (var transport = configured(Transport.open(uri));
        var connection = transport.openFetch(List.of(refSpec()))) {
      return Optional.ofNullable(connection.getRef(settings.ref())).map(Ref::getObjectId);
    }
  }

  List<String> branches() throws IOException {
    try (var transport = configured(Transport.open(uri));
        var connection = transport.openFetch()) {
      Collection<Ref> refs = connection.getRefs();
      return refs.stream()
          .map(Ref::getName)
          .filter(name -> name.startsWith(Constants.R_HEADS))
          .map(Repository::shortenRefName)
          .sorted()
          .toList();
    }
  }

  FetchResult fetchInto(Repository repository) throws IOException {
    try (var transport = configured(Transport.open(repository, uri))) {
      transport.setTagOpt(TagOpt.NO_TAGS);
      return transport.fetch(NullProgressMonitor.INSTANCE, List.of(refSpec()));
    }
  }

  private RefSpec refSpec() {
    return new RefSpec("+" + settings.ref() + ":" + settings.ref());
  }

  private Transport configured(Transport transport) throws IOException {
    try {
      transport.setTimeout(Math.toIntExact(Math.max(1, settings.timeout().toSeconds())));
      switch (transport) {
        case TransportHttp http -> configureHttp(http);
        case SshTransport ssh ->
            ssh.setSshSessionFactory(
                new SshSessions(
                    settings.sshKeyFile().orElseThrow(),
                    settings.knownHostsFile().orElseThrow(),
                    settings.proxy()));
        default -> {}
      }
      return transport;
    } catch (IOException | RuntimeException e) {
      transport.close();
      throw e;
    }
  }

  private void configureHttp(TransportHttp http) throws IOException {
    Optional<TrustedAuthorities> authorities =
        settings.caFile().isPresent()
            ? Optional.of(TrustedAuthorities.read(settings.caFile().get()))
            : Optional.empty();
    http.setHttpConnectionFactory(new HttpConnections(authorities, settings.proxy()));
    if (settings.tokenFile().isPresent()) {
      var token = Files.readString(settings.tokenFile().get()).strip();
      http.setCredentialsProvider(new TokenCredentials(uri, settings.username(), token));
    }
  }
}
