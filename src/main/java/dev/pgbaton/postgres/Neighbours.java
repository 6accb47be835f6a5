package dev.pgbaton.postgres;

import java.nio.file.Path;
import java.util.Optional;

/** How an instance reaches the others, and copies one of them. */
public interface Neighbours {
  /** Resolved by the pod's first search domain, without asking for it in vain elsewhere. */
  static Neighbours behind(String headlessService) {
    return instance -> instance + "." + headlessService;
  }

  /**
   * What comes after {@code host=} in a connection string: first the instance's name, to its end or
   * to a dot.
   */
  String host(String instance);

  /** Where an instance reaches its own server when it can't over the socket. */
  default String own(String instance) {
    return "127.0.0.1";
  }

  /** Empty for pg_basebackup. */
  default Optional<Copying> copying() {
    return Optional.empty();
  }

  /** Makes a copy of a running instance, where there is no pg_basebackup. */
  interface Copying {
    /**
     * @param fresh an empty place for the copy; it is not there yet
     * @throws RuntimeException with words for a person, if it can't be made
     */
    void copy(String upstream, Path fresh);
  }
}
