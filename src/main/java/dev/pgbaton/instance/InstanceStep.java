package dev.pgbaton.instance;

import dev.pgbaton.cluster.WalPosition;
import java.util.Optional;

/** What an instance does next; exactly one of these a pass. */
public sealed interface InstanceStep {

  /**
   * @param closely something is about to happen: look every few milliseconds
   */
  record Wait(boolean closely) implements InstanceStep {}

  /** The program ends. */
  record Exit() implements InstanceStep {}

  record TakeLease() implements InstanceStep {}

  record RenewLease() implements InstanceStep {}

  /** A renewal that also says from now on who confirms commits. */
  record WriteQuorum(Quorum quorum) implements InstanceStep {}

  /** The Lease can't be renewed: the others are asked not to take it. */
  record AskPromises() implements InstanceStep {}

  /**
   * @param reached what the next holder must have; empty = not known
   * @param gaveUp PostgreSQL won't start here: somebody else shall try
   */
  record ReleaseLease(Optional<WalPosition> reached, boolean gaveUp) implements InstanceStep {}

  /** Starts a handoff: a checkpoint while clients still write. */
  record BeginHandOff(String candidate, boolean asked) implements InstanceStep {}

  /** What a stop would have to write while nobody can connect is written before it. */
  record Checkpoint() implements InstanceStep {}

  /**
   * Leads clients to the candidate before it can be written to: by the time it can, they are there,
   * and every node has switched.
   */
  record LeadAhead(String candidate, String address) implements InstanceStep {}

  record HandOver(String candidate, WalPosition shutdown) implements InstanceStep {}

  record AbandonHandOff(String candidate, boolean asked, String why) implements InstanceStep {}

  record Initialise() implements InstanceStep {}

  /** A copy of that instance; it takes the place of data that holds nothing of its own. */
  record Clone(String from) implements InstanceStep {}

  /** Looks what the log here holds beyond the point at which it left the primary's history. */
  record Inspect(WalPosition fork) implements InstanceStep {}

  /**
   * @param keep the log beyond this fork is kept aside first
   */
  record Rewind(String from, Optional<Divergence> keep) implements InstanceStep {}

  /** Renames the data here, so that the volume can be filled anew; it is never deleted. */
  record SetAside(String why) implements InstanceStep {}

  record StartPrimary() implements InstanceStep {}

  record StartStandby(Optional<String> following) implements InstanceStep {}

  record Promote() implements InstanceStep {}

  record Follow(String upstream) implements InstanceStep {}

  /** Follows nobody: what the last primary may still write can't be confirmed by this instance. */
  record CutOff() implements InstanceStep {}

  /** Makes PostgreSQL wait for so many of these, now or from its next start on. */
  record Synchronise(Quorum quorum) implements InstanceStep {}

  /**
   * @param then what the data needs before the next start
   */
  record Stop(StopMode mode, Optional<Remedy> then) implements InstanceStep {
    static Stop fast() {
      return new Stop(StopMode.FAST, Optional.empty());
    }

    static Stop immediate() {
      return new Stop(StopMode.IMMEDIATE, Optional.empty());
    }
  }

  /** Keeps with the data in which epoch the timelines that it follows were begun. */
  record NoteTimeline(int timeline, TimelineHistory history) implements InstanceStep {}

  /** Stops PostgreSQL, which the holder then starts again: a setting needs it. */
  record RestartServer() implements InstanceStep {}

  record Publish(RouteTargets targets) implements InstanceStep {}

  /** Writes the members into repmgr's metadata. */
  record Register() implements InstanceStep {}

  record Reload() implements InstanceStep {}
}
