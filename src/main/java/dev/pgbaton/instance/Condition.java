package dev.pgbaton.instance;

import dev.pgbaton.cluster.LoginsTaken;
import dev.pgbaton.cluster.UsersTaken;
import java.util.List;
import java.util.Optional;

/**
 * What an instance tells people of itself; nothing is decided by it.
 *
 * @param setAside data and logs that are kept on the volume, oldest first
 * @param repmgrd as it was last looked at; empty while it isn't to run
 * @param users what it took of declared users and databases
 * @param logins what it took of the passwords of pgbaton's own roles; empty where it can't
 */
public record Condition(
    List<SetAside> setAside,
    Optional<Detector> repmgrd,
    UsersTaken users,
    Optional<LoginsTaken> logins) {
  public static final Condition NONE =
      new Condition(List.of(), Optional.empty(), UsersTaken.NOTHING, Optional.empty());

  /**
   * @param name of its directory beside the data
   * @param why in a person's words
   */
  public record SetAside(String name, long bytes, String why) {}

  /**
   * @param running whether its process is there
   * @param repaired what was last found wrong with it or its metadata, and mended; may be empty
   */
  public record Detector(boolean running, String repaired) {}
}
