package dev.pgbaton.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.observed.JournalEntry.Quarantine;
import dev.pgbaton.observed.JournalEntry.StepRecord;
import dev.pgbaton.observed.JournalEntry.Suspension;
import dev.pgbaton.reconcile.Requests.Answer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;

class RequestsTest {
  private static final ClusterId ID = new ClusterId("shop", "orders");
  private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");
  private static final Instant NOW = THEN.plusSeconds(600);

  private final MemoryJournal journal = new MemoryJournal();
  private final Requests requests = new Requests(null, null, journal, null);

  @Test
  void aCommitThatFailedIsTriedFromTheBeginning() {
    journal.write(ID, failed("hash"));

    assertThat(requests.retry(ID, NOW).asked()).isTrue();

    var entry = journal.read(ID);
    assertThat(entry.quarantine()).isEmpty();
    assertThat(entry.step()).isEmpty();
    assertThat(entry.intent()).contains(new Intent("abc", "hash", "orders.yaml", NOW, false));
  }

  @Test
  void whatDidNotFailIsNotBegunAnew() {
    journal.write(ID, failed("of an earlier commit"));

    assertThat(requests.retry(ID, NOW).asked()).isFalse();

    assertThat(journal.read(ID).intent()).map(Intent::since).contains(THEN);
  }

  @Test
  void aSuspensionIsKeptUntilItIsLifted() {
    assertThat(requests.suspend(ID, "alice", THEN).asked()).isTrue();
    assertThat(journal.read(ID).suspension()).contains(new Suspension("alice", THEN));

    assertThat(requests.suspend(ID, "bob", NOW))
        .isEqualTo(
            new Answer(false, "shop/orders is suspended by alice since 2026-01-02T03:04:05Z."));
    assertThat(journal.read(ID).suspension()).contains(new Suspension("alice", THEN));

    assertThat(requests.resume(ID, NOW).asked()).isTrue();
    assertThat(journal.read(ID).suspension()).isEmpty();
    assertThat(requests.resume(ID, NOW).asked()).isFalse();
  }

  @Test
  void whatASuspensionHeldUpHasItsWholeTimeAgain() {
    journal.write(ID, failed("of an earlier commit"));
    requests.suspend(ID, "alice", THEN);

    requests.resume(ID, NOW);

    assertThat(journal.read(ID).intent()).map(Intent::since).contains(NOW);
    assertThat(journal.read(ID).step()).map(StepRecord::startedAt).contains(NOW);
  }

  @Test
  void aCommitIsNotTriedOnceMoreWhileItIsSuspended() {
    journal.write(ID, failed("hash"));
    requests.suspend(ID, "alice", THEN);

    assertThat(requests.retry(ID, NOW).text()).endsWith("Resume it first.");
    assertThat(journal.read(ID).quarantine()).isPresent();
  }

  @Test
  void aSuspensionIsNotLostToAWriteOfTheSameMoment() {
    var passing = new Passing(journal, 2);

    assertThat(new Requests(null, null, passing, null).suspend(ID, "alice", NOW).asked()).isTrue();

    assertThat(journal.read(ID).suspension()).isPresent();
    assertThat(journal.read(ID).handedOn()).containsExactly("1");
  }

  /** A pass writes right after each of the first looks. */
  private static final class Passing implements Journal {
    private final Journal journal;
    private int left;

    Passing(Journal journal, int left) {
      this.journal = journal;
      this.left = left;
    }

    @Override
    public JournalEntry read(ClusterId id) {
      var entry = journal.read(id);
      if (left-- > 0) journal.write(id, entry.withHandedOn(List.of(String.valueOf(left + 1))));
      return entry;
    }

    @Override
    public Optional<JournalEntry> write(ClusterId id, JournalEntry entry) {
      return journal.write(id, entry);
    }

    @Override
    public SortedSet<ClusterId> clusters() {
      return journal.clusters();
    }
  }

  private static JournalEntry failed(String hash) {
    return JournalEntry.EMPTY
        .withIntent(new Intent("abc", "hash", "orders.yaml", THEN, false))
        .withStep(Optional.of(new StepRecord("restart orders-1", "orders-1", "uid", THEN)))
        .withQuarantine(
            Optional.of(
                new Quarantine(hash, "abc", "it did not come back", THEN, "InstanceNotBack")));
  }
}
