package dev.pgbaton.instance;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.WalPosition;
import java.util.List;
import java.util.Optional;

/**
 * What an instance tells of itself, to its peers and to the daemon.
 *
 * @param running whether its PostgreSQL answers
 * @param ready a primary that holds the Lease and to which clients are led, or a replica that
 *     streams from the holder
 * @param stopping whether its pod is about to end, so that nothing should be handed to it
 * @param cutOff whether it is a replica that follows nobody: nothing written from now on counts as
 *     confirmed by it
 * @param promised whether it has promised the present holder to leave the Lease alone for a while
 * @param position how far its log reaches, whether it runs or not
 * @param answer when it told this
 */
public record InstanceStatus(
    String name,
    String address,
    Role role,
    boolean running,
    boolean ready,
    boolean stopping,
    boolean hasData,
    boolean cutOff,
    boolean promised,
    Optional<String> systemIdentifier,
    Optional<WalPosition> position,
    Optional<Lsn> replayed,
    Optional<String> streamingFrom,
    TimelineHistory history,
    String reloadTaken,
    List<String> configErrors,
    Optional<Answer> answer) {

  /** One that is not there yet, or has nothing to tell. */
  public static InstanceStatus empty(String name, String address) {
    return new InstanceStatus(
        name,
        address,
        Role.UNKNOWN,
        false,
        false,
        false,
        false,
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        TimelineHistory.NONE,
        "",
        List.of(),
        Optional.empty());
  }
}
