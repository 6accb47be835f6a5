package dev.pgbaton.git;

import dev.pgbaton.tls.TrustedAuthorities;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.security.GeneralSecurityException;
import java.util.Optional;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnectionFactory;

/** JGit's HTTP with the authorities and the proxy of the settings. */
final class HttpConnections implements HttpConnectionFactory {
  private final HttpConnectionFactory jdk = new JDKHttpConnectionFactory();
  private final Optional<TrustedAuthorities> authorities;
  private final Optional<Proxy> proxy;

  HttpConnections(Optional<TrustedAuthorities> authorities, Optional<URI> proxy) {
    this.authorities = authorities;
    // Unresolved: the name is looked up anew for each connection.
    this.proxy =
        proxy.map(
            uri ->
                new Proxy(
                    Proxy.Type.HTTP,
                    InetSocketAddress.createUnresolved(uri.getHost(), uri.getPort())));
  }

  @Override
  public HttpConnection create(URL url) throws IOException {
    return create(url, Proxy.NO_PROXY);
  }

  @Override
  public HttpConnection create(URL url, Proxy ofTheJvm) throws IOException {
    var connection = jdk.create(url, proxy.orElse(ofTheJvm));
    if (authorities.isPresent() && "https".equals(url.getProtocol())) {
      try {
        connection.configure(null, authorities.get().managers(), null);
      } catch (GeneralSecurityException e) {
        throw new IOException("this Java has no TLS", e);
      }
    }
    return connection;
  }
}
