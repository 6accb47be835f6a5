package dev.pgbaton.instance;

import java.util.List;

/**
 * The settings that a reload changes.
 *
 * @param mounted the hash of those that are mounted now
 * @param taken the hash of those in force
 * @param refused the hash of those that were looked at and not taken, because of {@code errors}
 */
public record ReloadState(String mounted, String taken, String refused, List<String> errors) {
  public static final ReloadState NONE = new ReloadState("", "", "", List.of());

  boolean pending() {
    return !mounted.equals(taken) && !mounted.equals(refused);
  }
}
