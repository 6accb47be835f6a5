package dev.pgbaton.web;

import dev.pgbaton.web.ClusterDetail.ChangeView;
import dev.pgbaton.web.ClusterDetail.Member;
import dev.pgbaton.web.ClusterDetail.RolloutView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One cluster, in words. */
record ClusterView(
    String id,
    String namespace,
    String name,
    String condition,
    String sentence,
    List<Fact> facts,
    Picture picture,
    List<MemberRow> members,
    PlanWords plan,
    List<Advice> advice,
    List<String> problems,
    List<String> hints,
    OutageChart chart,
    List<RolloutRow> rollouts,
    List<DecisionRow> decisions,
    List<EventRow> events,
    List<ChangeRow> changes) {

  /**
   * @param code whether it is one for a machine
   */
  record Fact(String name, String value, Moment at, boolean code) {}

  record MemberRow(String name, String role, String state, String following, String trouble) {}

  record PlanWords(String text, Moment deadline, List<String> steps, String outage) {}

  /** What is refused, and what to do about it. */
  record Advice(String code, List<Piece> meaning, List<Piece> remedy) {}

  /** Of a text that marks what is typed with backticks. */
  record Piece(String text, boolean code) {}

  record RolloutRow(
      String commit, String reason, Moment begun, String took, String gap, String outcome) {}

  record DecisionRow(Moment at, String commit, String kind, String text) {}

  /**
   * @param times empty where it was said once
   */
  record EventRow(Moment at, boolean warning, String reason, String text, String times) {}

  /**
   * @param more empty where all are there
   */
  record ChangeRow(String commit, Moment at, String subject, List<Line> lines, String more) {}

  record Line(String style, String sign, String text) {}

  static ClusterView of(ClusterDetail cluster) {
    var summary = cluster.summary();
    return new ClusterView(
        summary.id(),
        summary.namespace(),
        summary.name(),
        summary.condition(),
        summary.sentence(),
        facts(cluster),
        Picture.of(cluster.members()),
        cluster.members().stream().map(ClusterView::row).toList(),
        new PlanWords(
            cluster.plan().text(),
            Moment.of(cluster.plan().deadline()),
            cluster.plan().steps(),
            cluster.plan().outage()),
        cluster.refusals().stream()
            .map(r -> new Advice(r.code(), pieces(r.meaning()), pieces(r.remedy())))
            .toList(),
        cluster.problems(),
        cluster.advice(),
        OutageChart.of(cluster.rollouts()),
        cluster.rollouts().stream().map(ClusterView::row).toList(),
        cluster.decisions().stream()
            .map(d -> new DecisionRow(Moment.of(d.at()), d.commit(), d.kind(), d.text()))
            .toList(),
        cluster.events().stream().map(ClusterView::row).toList(),
        cluster.changes().orElse(List.of()).stream().map(ClusterView::row).toList());
  }

  private static List<Fact> facts(ClusterDetail cluster) {
    var summary = cluster.summary();
    var facts = new ArrayList<Fact>();
    if (!summary.commit().isEmpty()) {
      facts.add(new Fact("Commit", summary.shortCommit(), Moment.UNKNOWN, true));
      facts.add(new Fact("Taken up", "", Moment.of(summary.since()), false));
    }
    cluster
        .lease()
        .ifPresent(
            lease ->
                facts.add(
                    fact(
                        "May write",
                        (lease.holder().isEmpty() ? "nobody" : lease.holder())
                            + " (epoch %d)".formatted(lease.epoch()))));
    cluster
        .lease()
        .flatMap(ClusterDetail.LeaseView::handoffTo)
        .ifPresent(to -> facts.add(fact("Is asked to hand off to", to)));
    cluster
        .lease()
        .flatMap(ClusterDetail.LeaseView::handoffRefused)
        .ifPresent(why -> facts.add(fact("Did not hand off", why)));
    cluster
        .rollout()
        .ifPresent(r -> facts.add(new Fact("Rollout since", "", Moment.of(r.startedAt()), false)));
    cluster
        .suspension()
        .ifPresent(
            s -> {
              facts.add(fact("Suspended by", s.by()));
              facts.add(new Fact("Suspended", "", Moment.of(s.since()), false));
            });
    cluster
        .quarantine()
        .ifPresent(
            q -> {
              facts.add(
                  fact("Not tried again", ClusterSummary.brief(q.commit()) + ": " + q.reason()));
              facts.add(new Fact("Given up", "", Moment.of(q.since()), false));
            });
    return facts;
  }

  private static Fact fact(String name, String value) {
    return new Fact(name, value, Moment.UNKNOWN, false);
  }

  private static EventRow row(Emitted.Event event) {
    return new EventRow(
        Moment.of(event.at()),
        event.warning(),
        event.reason(),
        event.text(),
        event.times() == 1 ? "" : event.times() + " times");
  }

  private static ChangeRow row(ChangeView change) {
    return new ChangeRow(
        ClusterSummary.brief(change.commit()),
        Moment.of(change.at()),
        change.subject(),
        change.fields().stream()
            .flatMap(
                field ->
                    Stream.of(
                            field.before().map(v -> line("removed", "−", field.name(), v)),
                            field.after().map(v -> line("added", "+", field.name(), v)))
                        .flatMap(Optional::stream))
            .toList(),
        change.more() == 0 ? "" : "and %d other fields".formatted(change.more()));
  }

  private static Line line(String style, String sign, String name, String value) {
    return new Line(style, sign, name + ": " + value);
  }

  private static MemberRow row(Member member) {
    return new MemberRow(
        member.name(),
        Picture.role(member),
        Picture.state(member),
        Picture.following(member),
        member.trouble());
  }

  private static RolloutRow row(RolloutView rollout) {
    return new RolloutRow(
        ClusterSummary.brief(rollout.commit()),
        rollout.reason(),
        Moment.of(rollout.startedAt()),
        rollout
            .endedAt()
            .map(end -> Duration.between(rollout.startedAt(), end).toSeconds() + " s")
            .orElse(""),
        OutageChart.gap(rollout),
        rollout.outcome());
  }

  static List<Piece> pieces(String text) {
    var pieces = new ArrayList<Piece>();
    var code = false;
    for (var piece : text.split("`", -1)) {
      if (!piece.isEmpty()) pieces.add(new Piece(piece, code));
      code = !code;
    }
    return pieces;
  }
}
