package dev.pgbaton.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.observed.JournalEntry.OwedStatus;
import dev.pgbaton.report.Contexts;
import dev.pgbaton.spec.SpecRevision;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChronicleTest {
  private static final ClusterId ORDERS = new ClusterId("shop", "orders");
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Contexts CONTEXTS = new Contexts("prod");

  private final MemoryJournal journal = new MemoryJournal();
  private final Chronicle chronicle = new Chronicle(journal, null, CONTEXTS, "daemon");

  @Test
  void aCommitThatWasNotCarriedOutIsSuperseded() {
    intent(false, Map.of());

    assertThat(owedAfterTheNext())
        .containsExactly("ERROR superseded by c2 before it was carried out");
  }

  @Test
  void aCommitThatWasCarriedOutWhileTheForgeWasAwayStillGetsItsSuccess() {
    intent(true, Map.of());

    assertThat(owedAfterTheNext()).containsExactly("SUCCESS carried out, and followed by c2");
  }

  @Test
  void aCommitThatHadItsLastWordIsOwedNothing() {
    intent(true, Map.of(Contexts.key("c1", CONTEXTS.of(ORDERS)), "SUCCESS fine"));

    assertThat(owedAfterTheNext()).isEmpty();
  }

  private void intent(boolean done, Map<String, String> reported) {
    journal.write(
        ORDERS,
        journal
            .read(ORDERS)
            .withIntent(new Intent("c1", "h1", "clusters/orders.yaml", NOW, done))
            .withStatuses(reported, List.of()));
  }

  private List<String> owedAfterTheNext() {
    var next = new Repository.Entry.Refused(List.of(), "h2", "clusters/orders.yaml");
    chronicle.intent(ORDERS, new SpecRevision("c2", NOW, "subject"), next, NOW);
    return journal.read(ORDERS).owed().stream()
        .map((OwedStatus o) -> o.state() + " " + o.description())
        .toList();
  }
}
