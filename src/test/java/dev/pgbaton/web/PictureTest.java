package dev.pgbaton.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.web.ClusterDetail.Member;
import dev.pgbaton.web.ClusterDetail.RolloutView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PictureTest {
  @Test
  void thePrimaryIsAboveAndWhoFollowsItBelow() {
    var picture =
        Picture.of(
            List.of(
                replica("orders-0", "streaming", 4096, true),
                primary("orders-1"),
                replica("orders-2", "not-streaming", 0, false)));

    assertThat(picture.boxes())
        .extracting(Picture.Box::name)
        .containsExactly("orders-1", "orders-0", "orders-2");
    assertThat(picture.lines()).hasSize(1);
    assertThat(picture.boxes().get(1).following()).isEqualTo("confirms commits, 4.0 KiB behind");
    assertThat(picture.boxes().get(2).following()).isEqualTo("does not stream");
  }

  @Test
  void nobodyIsSaidToFollowOneOfTwoPrimaries() {
    var picture =
        Picture.of(
            List.of(
                primary("orders-0"),
                primary("orders-1"),
                replica("orders-2", "streaming", 0, false)));

    assertThat(picture.lines()).isEmpty();
  }

  @Test
  void aPodThatIsNotThereIsUnwell() {
    var missing =
        new Member(
            "orders-1",
            "unknown",
            "missing",
            "unknown",
            "unknown",
            false,
            "",
            Optional.empty(),
            "");

    var box = Picture.of(List.of(missing)).boxes().getFirst();

    assertThat(box.style()).contains("unwell");
    assertThat(box.state()).isEqualTo("no pod");
    assertThat(box.role()).isEqualTo("role not known");
  }

  @Test
  void aGapThatIsNotKnownIsNotDrawnAsNone() {
    var chart = OutageChart.of(List.of(rollout(Optional.empty()), rollout(Optional.of(150L))));

    assertThat(chart.words()).endsWith("the oldest first: 0.15 s, not known");
    assertThat(chart.bars()).extracting(OutageChart.Bar::style).containsExactly("", "unknown");
    // Of the 118 that the highest has room for, at the least top of 0.30 s.
    assertThat(chart.bars().getFirst().height()).isEqualTo(59);
  }

  @Test
  void fiftyRolloutsStayInTheirChart() {
    var chart = OutageChart.of(java.util.Collections.nCopies(50, rollout(Optional.of(60_000L))));

    assertThat(chart.bars()).hasSize(50);
    assertThat(chart.bars().getLast().x() + chart.bars().getLast().width())
        .isLessThanOrEqualTo(OutageChart.WIDTH);
  }

  private static RolloutView rollout(Optional<Long> outage) {
    var at = Instant.parse("2026-01-02T03:04:05Z");
    return new RolloutView("abc", "image a → b", at, Optional.of(at), outage, "success");
  }

  private static Member primary(String name) {
    return new Member(
        name, "primary", "ready", "updated", "source", false, "", Optional.empty(), "");
  }

  private static Member replica(String name, String how, long lag, boolean synchronous) {
    var streams = how.equals("streaming");
    return new Member(
        name,
        "replica",
        "ready",
        "updated",
        how,
        synchronous,
        streams ? "orders-1" : "",
        streams ? Optional.of(lag) : Optional.empty(),
        "");
  }
}
