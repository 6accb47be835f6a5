package dev.pgbaton.cli;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where peers are that a headless Service does not name before they are Ready: they must find each
 * other to become it.
 */
final class PublishedLate implements Function<String, URI> {
  private final Function<String, URI> byName;
  private final Function<String, Optional<String>> address;

  /**
   * @param address of a pod by its name, as the API server has it
   */
  PublishedLate(Function<String, URI> byName, Function<String, Optional<String>> address) {
    this.byName = byName;
    this.address = address;
  }

  @Override
  public URI apply(String pod) {
    var named = byName.apply(pod);
    return isPublished(named.getHost())
        ? named
        : address.apply(pod).map(found -> at(named, found)).orElse(named);
  }

  private static boolean isPublished(String host) {
    try {
      InetAddress.getByName(host);
      return true;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static URI at(URI named, String address) {
    var host = address.contains(":") ? "[" + address + "]" : address;
    return URI.create("http://%s:%d%s".formatted(host, named.getPort(), named.getPath()));
  }
}
