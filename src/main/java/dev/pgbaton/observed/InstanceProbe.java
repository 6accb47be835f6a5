package dev.pgbaton.observed;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.LoginsTaken;
import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.UsersTaken;
import dev.pgbaton.cluster.VolumeSpace;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Asks PostgreSQL itself, on each instance, what it is and how far it got. */
public interface InstanceProbe {
  /**
   * Asks all instances at once, within a bounded time.
   *
   * @param settings the names of the settings to report
   * @return an answer for each pod, by its name
   */
  Map<String, Answer> ask(ClusterLayout layout, List<Pod> pods, Set<String> settings);

  /** What one instance said. */
  sealed interface Answer {
    /**
     * @param flushed how far the log is on disk here: written, or received
     * @param standbys who streams from here, by application name, which is the pod's name
     * @param settings by name
     * @param fileErrors what {@code pg_file_settings} finds wrong, for a person
     * @param volume how full its volume is; empty where nobody says
     * @param collations of databases whose text is sorted by another version than they were made
     *     with, by name
     * @param users what it says of declared users and databases; empty where it says nothing
     * @param logins what it says of the passwords of pgbaton's own roles; empty where it says
     *     nothing
     */
    record Known(
        Role role,
        int timeline,
        Lsn flushed,
        Map<String, Standby> standbys,
        Map<String, Setting> settings,
        List<String> fileErrors,
        Optional<VolumeSpace> volume,
        Map<String, Collation> collations,
        Optional<UsersTaken> users,
        Optional<LoginsTaken> logins)
        implements Answer {
      public Known(
          Role role,
          int timeline,
          Lsn flushed,
          Map<String, Standby> standbys,
          Map<String, Setting> settings,
          List<String> fileErrors,
          Optional<VolumeSpace> volume,
          Map<String, Collation> collations) {
        this(
            role,
            timeline,
            flushed,
            standbys,
            settings,
            fileErrors,
            volume,
            collations,
            Optional.empty(),
            Optional.empty());
      }

      public Known(
          Role role,
          int timeline,
          Lsn flushed,
          Map<String, Standby> standbys,
          Map<String, Setting> settings,
          List<String> fileErrors,
          Optional<VolumeSpace> volume) {
        this(role, timeline, flushed, standbys, settings, fileErrors, volume, Map.of());
      }

      /** With what the instance program says is wrong, beside what PostgreSQL says. */
      public Known withErrors(List<String> told) {
        var errors = Stream.concat(fileErrors.stream(), told.stream()).distinct().toList();
        return new Known(
            role, timeline, flushed, standbys, settings, errors, volume, collations, users, logins);
      }

      public Known with(
          Optional<VolumeSpace> space, Optional<UsersTaken> taken, Optional<LoginsTaken> logins) {
        return new Known(
            role,
            timeline,
            flushed,
            standbys,
            settings,
            fileErrors,
            space,
            collations,
            taken,
            logins);
      }
    }

    /** It could not be asked; this says nothing about its role. */
    record Unknown(String reason) implements Answer {}
  }

  /**
   * A standby as its primary sees it.
   *
   * @param lagBytes WAL that it has not replayed yet
   * @param synchronous whether commits wait for it now
   */
  record Standby(boolean streaming, long lagBytes, boolean synchronous) {}

  /**
   * @param recorded the version that the database was made with
   * @param actual the version that the instance's libraries have
   */
  record Collation(String recorded, String actual) {}

  /** A row of {@code pg_settings}: its value in its own unit. */
  record Setting(String value, String unit, boolean pendingRestart) {}
}
