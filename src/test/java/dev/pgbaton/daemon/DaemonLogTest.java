package dev.pgbaton.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.apply.Outcome;
import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.plan.Refusal;
import dev.pgbaton.plan.Step;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.report.ClusterHealth;
import dev.pgbaton.report.ClusterHealth.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.JsonFormatter;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a person reads, and what a machine does. */
class DaemonLogTest {
  private static final ClusterId ID = new ClusterId("shop", "orders");
  private static final String COMMIT = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";
  private static final Plan WAITS = new Plan.Await("orders-1 to become Ready", Instant.MAX);

  private final List<String> events = new ArrayList<>();
  private final DaemonLog log = new DaemonLog((_, _, reason, _) -> events.add(reason));
  private final Lines lines = new Lines();
  private final Logger logger = Logger.getLogger("dev.pgbaton");

  @BeforeEach
  void listen() {
    logger.addHandler(lines);
  }

  @AfterEach
  void stop() {
    logger.removeHandler(lines);
  }

  @Test
  void aDecisionIsOneLineWithItsClusterAndCommitAndAnEvent() {
    log.passed(
        pass(
            new Plan.Proceed(new Step.Reload(List.of(), "hash")),
            new Outcome.Applied("reloads work_mem"),
            Condition.PROGRESSING),
        Optional.empty());

    assertThat(lines.texts).containsExactly("shop/orders@c0ffee00: reloads work_mem");
    assertThat(events).containsExactly("Reload");
  }

  @Test
  void whatDidNotChangeIsNotSaidAgain() {
    var well = pass(new Plan.InSync(), new Outcome.NothingToDo(), Condition.HEALTHY);

    log.passed(well, Optional.empty());
    log.passed(well, Optional.of(well));

    assertThat(lines.texts).containsExactly("shop/orders@c0ffee00: words");
    assertThat(events).containsExactly("InSync");
  }

  @Test
  void aWaitIsSaidOnceItLastsAndIsNoEvent() {
    var waits = pass(WAITS, new Outcome.NothingToDo(), Condition.PROGRESSING);

    log.passed(waits, Optional.empty());
    assertThat(lines.texts).isEmpty();
    log.passed(waits, Optional.of(waits));
    log.passed(waits, Optional.of(waits));

    assertThat(lines.texts).containsExactly("shop/orders@c0ffee00: words");
    assertThat(events).isEmpty();
  }

  @Test
  void inJsonEachLineOfALookHasItsIdTheWholeCommitAndTheReason() throws Exception {
    log.begins(ID);
    logger.info("said by somebody else meanwhile");
    log.passed(
        new Pass.Done(
            ID,
            observed(),
            new Plan.Blocked(Refusal.VOLUME_NEARLY_FULL, "spec.storage.size", "8Gi is smaller"),
            new Outcome.NothingToDo(),
            new ClusterHealth(Condition.BLOCKED, "VolumeNearlyFull", "8Gi is smaller"),
            false),
        Optional.empty());
    log.ended(ID);
    log.begins(ID);
    logger.info("the next look");
    log.ended(ID);
    logger.info("nobody's");

    var pass = mdc(0).path("pass").asText();
    assertThat(pass).matches("[0-9A-Fa-f]{4}-1");
    assertThat(mdc(1).path("pass").asText()).isEqualTo(pass);
    assertThat(mdc(1).path("cluster").asText()).isEqualTo("shop/orders");
    assertThat(mdc(1).path("commit").asText()).isEqualTo(COMMIT);
    assertThat(mdc(1).path("reason").asText()).isEqualTo("VolumeNearlyFull");
    assertThat(mdc(2).path("pass").asText()).endsWith("-2").isNotEqualTo(pass);
    assertThat(mdc(2).has("commit")).isFalse();
    assertThat(mdc(3).isEmpty()).isTrue();
  }

  /**
   * Of what nothing may be written, not even an Event is: it would lie in the owner's namespace.
   */
  @Test
  void howAnUntouchableClusterIsIsOnlyLogged() {
    var untouchable =
        new Pass.Done(
            ID,
            observed(),
            new Plan.InSync(),
            new Outcome.NothingToDo(),
            new ClusterHealth(Condition.UNWRITABLE, "", "words"),
            true);

    log.passed(untouchable, Optional.empty());

    assertThat(lines.texts).hasSize(1);
    assertThat(events).isEmpty();
  }

  private JsonNode mdc(int line) throws JsonProcessingException {
    return new ObjectMapper().readTree(lines.json.get(line)).path("mdc");
  }

  private static Pass.Done pass(Plan plan, Outcome outcome, Condition condition) {
    return new Pass.Done(
        ID, observed(), plan, outcome, new ClusterHealth(condition, "", "words"), false);
  }

  private static ObservedCluster observed() {
    var layout =
        ClusterLayout.generated(ID, 0, false, new Capabilities(true, Duration.ofSeconds(20)));
    var snapshot = new ClusterSnapshot(Map.of(), List.of(), Set.of(), true);
    var journal =
        JournalEntry.EMPTY.withIntent(
            new Intent(COMMIT, "hash", "clusters/orders.yaml", Instant.EPOCH, false));
    return ObservedCluster.of(layout, snapshot, Map.of(), journal);
  }

  /** As the console's handler formats them. */
  private static final class Lines extends Handler {
    private final PatternFormatter message = new PatternFormatter("%m");
    private final JsonFormatter formatter = new JsonFormatter();
    final List<String> texts = new ArrayList<>();
    final List<String> json = new ArrayList<>();

    @Override
    public void publish(LogRecord line) {
      var whole = ExtLogRecord.wrap(line);
      texts.add(message.format(whole));
      json.add(formatter.format(whole));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
