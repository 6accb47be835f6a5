package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.catalog.Declaration;
import dev.pgbaton.catalog.Declaration.Database;
import dev.pgbaton.catalog.Declaration.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which databases are looked into, and when. */
class CatalogTurnsTest {
  private final CatalogTurns turns = new CatalogTurns();
  private final Declaration declared =
      new Declaration(List.of(), Stream.of("one", "two", "three").map(this::database).toList());

  @Test
  void afterAnErrorOnlyWhatHadErrorsIsTriedAgainAndEverMoreRarely() {
    assertThat(looked(true, 0)).containsExactly("one", "two", "three");
    var at = Duration.ZERO;
    var waits = new ArrayList<Long>();
    for (int i = 0; i < 6; i++) {
      var next = turns.next(true, Set.of("two"), at);
      waits.add(next.minus(at).toSeconds());
      at = next;
      if (i < 3) assertThat(looked(false, at.toSeconds())).containsExactly("two");
    }
    assertThat(waits).containsExactly(5L, 10L, 20L, 40L, 60L, 60L);
  }

  @Test
  void whileSomethingStaysWrongTheOthersAreMendedInTurnAllTheSame() {
    looked(true, 0);
    turns.next(true, Set.of("two"), Duration.ZERO);

    assertThat(looked(false, 60)).containsExactly("one", "two");
    assertThat(looked(false, 65)).containsExactly("two");
    assertThat(looked(false, 120)).containsExactly("two");
    assertThat(looked(false, 180)).containsExactly("two", "three");
  }

  @Test
  void whatIsNewIsTriedAtOnceAndAsOftenAsAtFirst() {
    for (int i = 0; i < 5; i++) turns.next(true, Set.of("two"), Duration.ZERO);

    assertThat(looked(true, 1)).containsExactly("one", "two", "three");
    assertThat(turns.next(true, Set.of("two"), Duration.ZERO)).isEqualTo(Duration.ofSeconds(5));
    assertThat(turns.next(false, Set.of(), Duration.ZERO)).isEqualTo(Duration.ofSeconds(60));
  }

  private List<String> looked(boolean news, long seconds) {
    var within = turns.within(declared, news, Duration.ofSeconds(seconds));
    return declared.databases().stream().filter(within).map(Database::name).toList();
  }

  private Database database(String name) {
    return new Database(
        name,
        true,
        "app",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(new Schema("sales", "app")),
        List.of());
  }
}
