package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way in which a primary goes on purpose, on a real Kubernetes, under load. The bounds are
 * what a busy machine keeps; {@code bench/handoff} measures.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HandOffClusterIT {
  private static final Surroundings WHERE = Surroundings.fromEnvironment();
  private static final double LONGEST_GAP = 2.0 * WHERE.slack();
  private static final Duration PATIENCE = WHERE.patience(Duration.ofSeconds(90));

  @TempDir static Path work;

  private static KubernetesClient kubernetes;
  private static Estate estate;

  @RegisterExtension
  static final Diagnostics DIAGNOSTICS =
      new Diagnostics(() -> kubernetes, WHERE, () -> estate.statuses());

  @BeforeAll
  static void install() throws Exception {
    kubernetes = Installation.client();
    estate = Estate.install(WHERE, kubernetes, work);
  }

  @AfterAll
  static void remove() {
    if (estate != null && !Boolean.getBoolean("pgbaton.keep")) estate.close();
    kubernetes.close();
  }

  @Test
  @Order(1)
  void aHandoffADeletionAndAnEvictionAreShortAndLoseNothing() throws Exception {
    assertShort(Departure.HANDOFF, Departure.DELETE, Departure.EVICT);
  }

  @Test
  @Order(2)
  void theSameWithASynchronousStandby() throws Exception {
    estate.synchronousStandbys(1);

    assertShort(Departure.HANDOFF, Departure.DRAIN);
  }

  /** The primary is on an instance that goes, and its standby that confirms commits, too. */
  @Test
  @Order(3)
  void aClusterThatShrinksToOneAndGrowsAgainLosesNothing() throws Exception {
    estate.size(3, 1);
    if (estate.holder().equals("orders-0")) Departure.HANDOFF.happen(estate);
    assertThat(estate.holder()).isNotEqualTo("orders-0");

    assertShort(
        () -> {
          estate.size(1, 0);
          assertThat(estate.holder()).isEqualTo("orders-0");
          estate.size(3, 1);
        },
        "1 instance and 3 again");
  }

  @Test
  @Order(4)
  void noDaemonIsNeededForIt() throws Exception {
    estate.scaleDaemon(0);

    assertShort(Departure.DELETE);
  }

  @Test
  @Order(5)
  void scaledToNothingAndBackThePlaceOfThePrimaryIsNotHandedRound() throws Exception {
    estate.scaleDaemon(0);
    var holder = estate.holder();
    var epoch = estate.epoch();
    Databases.execute(
        estate.shop().throughPrimaryService(), "create table kept as select 42 as answer");

    estate.scaleInstances(0);
    await("all instances are gone")
        .atMost(PATIENCE)
        .until(() -> estate.shop().instances(Shop.ORDERS).isEmpty());
    assertThat(estate.epoch()).as("epoch after all instances ended").isEqualTo(epoch);
    estate.scaleInstances(3);
    estate.awaitSettled();

    assertThat(estate.epoch()).as("epoch after all came back").isEqualTo(epoch + 1);
    assertThat(estate.holder()).isNotEmpty();
    assertThat(Databases.query(estate.shop().throughPrimaryService(), "select answer from kept"))
        .containsExactly("42");
    System.out.printf("%s was the primary, %s is%n", holder, estate.holder());
    estate.scaleDaemon(1);
  }

  private interface Event {
    void happen() throws Exception;
  }

  private static void assertShort(Departure... departures) throws Exception {
    underLoad(
        streams -> {
          for (var departure : departures)
            assertShort(() -> departure.happen(estate), departure.toString(), streams);
        });
  }

  private static void assertShort(Event event, String name) throws Exception {
    underLoad(streams -> assertShort(event, name, streams));
  }

  private interface Load {
    void bear(List<WriteStream> streams) throws Exception;
  }

  private static void underLoad(Load load) throws Exception {
    var streams = new ArrayList<WriteStream>();
    try {
      streams.add(WriteStream.start("pgpool", estate.shop().throughPgpool(), PATIENCE));
      streams.add(WriteStream.start("service", estate.shop().throughPrimaryService(), PATIENCE));
      load.bear(streams);
    } finally {
      streams.forEach(WriteStream::close);
    }
  }

  private static void assertShort(Event event, String name, List<WriteStream> streams)
      throws Exception {
    streams.forEach(WriteStream::begin);
    var began = System.nanoTime();
    event.happen();
    var took = Duration.ofNanos(System.nanoTime() - began);
    var recovered = Recovery.await(streams, Duration.ofSeconds(1), PATIENCE);
    for (var stream : streams) {
      var measured =
          Measurement.of(
              "pgbaton", name, "", stream.route(), stream.end(), recovered.contains(stream), took);
      System.out.println(measured.json());
      assertThat(measured.lost()).as(measured.json()).isZero();
      assertThat(measured.recovered()).as(measured.json()).isTrue();
      assertThat(measured.gapS()).as(measured.json()).isLessThan(LONGEST_GAP);
    }
  }
}
