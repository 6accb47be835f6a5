package dev.pgbaton.forge;

import java.util.Locale;
import java.util.Optional;

public enum ForgeKind {
  NONE,
  /** Forgejo and Gitea, whose APIs are the same here. */
  GITEA,
  GITHUB;

  /** Empty when there is no adapter for it. */
  public static Optional<ForgeKind> of(String name) {
    return switch (name.strip().toLowerCase(Locale.ROOT)) {
      case "", "none" -> Optional.of(NONE);
      case "gitea", "forgejo" -> Optional.of(GITEA);
      case "github" -> Optional.of(GITHUB);
      default -> Optional.empty();
    };
  }
}
