package dev.pgbaton.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.observed.JournalEntry.Quarantine;
import dev.pgbaton.observed.JournalEntry.StepRecord;
import java.time.Instant;
import java.util.Optional;
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

  private static JournalEntry failed(String hash) {
    return JournalEntry.EMPTY
        .withIntent(new Intent("abc", "hash", "orders.yaml", THEN, false))
        .withStep(Optional.of(new StepRecord("restart orders-1", "orders-1", "uid", THEN)))
        .withQuarantine(
            Optional.of(
                new Quarantine(hash, "abc", "it did not come back", THEN, "InstanceNotBack")));
  }
}
