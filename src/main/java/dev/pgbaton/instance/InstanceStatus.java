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
 * @param position how far its log reaches, whether it runs or not
 */
public record InstanceStatus(
    String name,
    String address,
    Role role,
    boolean running,
    boolean ready,
    boolean stopping,
    boolean hasData,
    Optional<String> systemIdentifier,
    Optional<WalPosition> position,
    Optional<Lsn> replayed,
    Optional<String> streamingFrom,
    TimelineHistory history,
    String reloadTaken,
    List<String> configErrors) {}
