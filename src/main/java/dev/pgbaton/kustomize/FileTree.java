package dev.pgbaton.kustomize;

import java.io.IOException;
import java.util.Optional;

/** Files by their paths from the repository's root; only regular ones, of bounded size. */
@FunctionalInterface
public interface FileTree {
  Optional<byte[]> file(String path) throws IOException;
}
