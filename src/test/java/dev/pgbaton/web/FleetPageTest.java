package dev.pgbaton.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.web.ClusterView.Piece;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FleetPageTest {
  @Test
  void allClustersAreOnThePageAndThoseNotLookedForAreHidden() {
    var page = FleetPage.of(fleet("orders", "minimal"), "ord", "");

    assertThat(page.rows()).extracting(FleetPage.Row::hidden).containsExactly(false, true);
    assertThat(page.shown()).isEqualTo(1);
  }

  @Test
  void whatIsSearchedForIsNoVersionOfItsOwn() {
    var all = FleetPage.of(fleet("orders", "minimal"), "", "");

    assertThat(FleetPage.of(fleet("orders", "minimal"), "ord", "blocked").version())
        .isEqualTo(all.version());
    assertThat(FleetPage.of(fleet("orders", "other"), "", "").version())
        .isNotEqualTo(all.version());
  }

  @Test
  void allThatNeedSomebodyAreFoundAtOnce() {
    var page = FleetPage.of(fleet("orders"), "", "attention");

    assertThat(page.shown()).isZero();
    assertThat(page.choices()).filteredOn(FleetPage.Choice::selected).hasSize(1);
  }

  @Test
  void whatIsTypedIsMarkedAsSuch() {
    assertThat(ClusterView.pieces("`kubectl get lease` names it"))
        .containsExactly(new Piece("kubectl get lease", true), new Piece(" names it", false));
  }

  private static FleetSummary fleet(String... names) {
    return new FleetSummary(
        "abc",
        "words",
        Optional.empty(),
        List.of(),
        Stream.of(names)
            .map(
                name ->
                    new ClusterSummary(
                        "shop",
                        name,
                        "healthy",
                        "",
                        "all well",
                        "abc",
                        Optional.empty(),
                        false,
                        1,
                        1,
                        ""))
            .toList());
  }
}
