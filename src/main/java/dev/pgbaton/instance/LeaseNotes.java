package dev.pgbaton.instance;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.WalPosition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the Lease's annotations say. A program of another version leaves those alone that it doesn't
 * know: what depends on the holder counts only while it is still the one that they are about.
 */
public final class LeaseNotes {
  /** The UID of the holder's pod, see {@link LeaseState#holderLife}. */
  private static final String HOLDER_UID = "pgbaton.dev/holder-uid";

  /** See {@link LeaseState#handedOn}. */
  private static final String HANDED_ON = "pgbaton.dev/handed-on";

  private LeaseNotes() {}

  public static LeaseState read(
      String version,
      Optional<String> holder,
      int epoch,
      Duration lapsesAfter,
      Map<String, String> notes) {
    var life = note(notes, HOLDER_UID);
    var handedOn = note(notes, HANDED_ON).filter(on -> life.filter(l -> isOf(on, l)).isPresent());
    var floor = note(notes, handedOn.isPresent() ? Names.HANDED_FLOOR : Names.FLOOR);
    return new LeaseState(
        version,
        holder,
        life,
        handedOn,
        epoch,
        note(notes, Names.LAST_HOLDER),
        floor.map(WalPosition::parse),
        note(notes, Names.HANDOFF_TO),
        note(notes, Names.HANDOFF_REFUSED),
        note(notes, Names.RESTART),
        note(notes, Names.SYSTEM_IDENTIFIER),
        new Quorum(
            note(notes, Names.MEMBERS).map(m -> List.of(m.split(","))).orElse(List.of()),
            note(notes, Names.SYNCHRONOUS_STANDBYS).map(Integer::parseInt).orElse(0)),
        lapsesAfter);
  }

  /**
   * @param there what the Lease has now: what this program doesn't know stays
   */
  public static Map<String, String> write(Map<String, String> there, LeaseState next) {
    var notes = new HashMap<>(there);
    put(notes, HOLDER_UID, next.holderLife());
    put(notes, HANDED_ON, next.handedOn());
    put(notes, Names.LAST_HOLDER, next.lastHolder());
    var floor = next.floor().map(WalPosition::toString);
    put(notes, Names.FLOOR, floor.filter(_ -> next.handedOn().isEmpty()));
    put(notes, Names.HANDED_FLOOR, floor.filter(_ -> next.handedOn().isPresent()));
    put(notes, Names.HANDOFF_TO, next.handOffTo());
    put(notes, Names.HANDOFF_REFUSED, next.handOffRefused());
    put(notes, Names.RESTART, next.restart());
    put(notes, Names.SYSTEM_IDENTIFIER, next.systemIdentifier());
    var quorum = Optional.of(next.quorum()).filter(q -> !q.members().isEmpty());
    put(notes, Names.MEMBERS, quorum.map(q -> String.join(",", q.members())));
    put(notes, Names.SYNCHRONOUS_STANDBYS, quorum.map(q -> Integer.toString(q.standbys())));
    return notes;
  }

  private static boolean isOf(String handedOn, String life) {
    return Answer.parse(handedOn).filter(answer -> answer.life().equals(life)).isPresent();
  }

  private static Optional<String> note(Map<String, String> notes, String name) {
    return Optional.ofNullable(notes.get(name)).filter(value -> !value.isEmpty());
  }

  private static void put(Map<String, String> notes, String name, Optional<String> value) {
    value.ifPresentOrElse(v -> notes.put(name, v), () -> notes.remove(name));
  }
}
