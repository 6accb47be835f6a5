package dev.pgbaton.git;

import org.eclipse.jgit.transport.URIish;

enum RemoteKind {
  HTTP,
  SSH,
  FILE,
  UNSUPPORTED;

  static RemoteKind of(URIish uri) {
    return switch (uri.getScheme()) {
      case "https", "http" -> uri.getHost() == null ? UNSUPPORTED : HTTP;
      case "ssh" -> uri.getHost() == null ? UNSUPPORTED : SSH;
      case "file" -> FILE;
      // git@host:path has no scheme; neither has a plain path, which is not meant.
      case null -> uri.getHost() == null ? UNSUPPORTED : SSH;
      default -> UNSUPPORTED;
    };
  }
}
