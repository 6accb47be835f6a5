package dev.pgbaton.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pgbaton.observed.PrimaryMove;
import dev.pgbaton.report.ClusterHealth.Condition;
import dev.pgbaton.spec.SpecSource.Fetched;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that lists every metric, the alerts and the dashboard go by what Prometheus is told. */
class MonitoringTest {
  private static final Path PAGE = Path.of("docs/metrics.md");
  private static final Path ALERTS = Path.of("docs/alerts.md");
  private static final Path COMPONENT = Path.of("kustomize/components/monitoring");

  /** What Prometheus makes of a histogram, beside its name. */
  private static final List<String> OF_A_HISTOGRAM = List.of("_bucket", "_count", "_sum");

  private static final Pattern SAMPLE = Pattern.compile("(?m)^(pgbaton_\\w+)(?:\\{(.*)})? ");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

  private static final String HEAD =
      """
      # Metrics

      What `/q/metrics` of the daemon tells Prometheus, beside those of its JVM. `namespace`, `cluster` and `instance` are the databases'
      (scrape with `honor_labels: true`). A value that is not known is NaN, never 0.
      The alerts over them: [alerts.md](alerts.md); a Grafana dashboard: `kustomize/components/monitoring/dashboard.json`.

      This page is generated: `./mvnw test -Dtest=MonitoringTest -Dpgbaton.golden=write`.

      | metric | type | labels | |
      |---|---|---|---|
      """;

  private static final String KINDS =
      """

      The `kind` of `pgbaton_errors_total` is one of these, or the code of a [refusal](reasons.md) in lower case, with hyphens: the step that
      was refused with it failed. Where it concerns no cluster, `namespace` and `cluster` are empty (an `exception` beside all
      clusters: `pgbaton.dev` and `repository`).

      | `kind` | |
      |---|---|
      """;

  private record Metric(String type, String help, Set<String> labels) {}

  private final TreeMap<String, Metric> metrics = metrics();

  // The one that the extension brings.
  @SuppressWarnings("deprecation")
  private static TreeMap<String, Metric> metrics() {
    var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    var metrics = new Metrics(registry);
    metrics.fetched(new Fetched.Unreachable("no route"));
    metrics.handedOff(MetricsTest.ID, Duration.ofMillis(230));
    metrics.moved(
        new PrimaryMove(
            MetricsTest.ID, "orders-0", "orders-1", PrimaryMove.Cause.HANDOFF, 2, Instant.EPOCH));
    var before = MetricsTest.done(Condition.PROGRESSING, MetricsTest.journal("abc"));
    metrics.passed(before, Optional.empty());
    metrics.passed(
        MetricsTest.done(
            Condition.HEALTHY,
            MetricsTest.journal("abc", MetricsTest.rollout(Optional.of(Duration.ofMillis(230))))),
        Optional.of(before));

    var text = registry.scrape();
    var labels = new TreeMap<String, Set<String>>();
    SAMPLE
        .matcher(text)
        .results()
        .forEach(
            sample ->
                labels
                    .computeIfAbsent(sample.group(1), _ -> new LinkedHashSet<>())
                    .addAll(
                        LABEL
                            .matcher(Optional.ofNullable(sample.group(2)).orElse(""))
                            .results()
                            .map(found -> found.group(1))
                            .filter(label -> !label.equals("le"))
                            .toList()));
    var all = new TreeMap<String, Metric>();
    Pattern.compile("(?m)^# HELP (pgbaton_\\w+) (.*)\n# TYPE \\S+ (\\w+)$")
        .matcher(text)
        .results()
        .forEach(
            m ->
                all.put(
                    m.group(1),
                    new Metric(
                        m.group(3),
                        m.group(2),
                        labels.getOrDefault(
                            m.group(1), labels.getOrDefault(m.group(1) + "_count", Set.of())))));
    return all;
  }

  @Test
  void everyMetricIsOnThePage() throws IOException {
    var rows =
        metrics.entrySet().stream()
            .map(
                m ->
                    "| `%s` | %s | %s | %s |\n"
                        .formatted(
                            m.getKey(),
                            m.getValue().type(),
                            m.getValue().labels().stream()
                                .map(label -> "`" + label + "`")
                                .collect(Collectors.joining(", ")),
                            m.getValue().help()))
            .collect(Collectors.joining());
    var page = HEAD + rows + KINDS + kinds();
    if ("write".equals(System.getProperty("pgbaton.golden"))) Files.writeString(PAGE, page);

    assertThat(metrics).hasSizeGreaterThan(15);
    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  private static String kinds() {
    return Stream.of(ErrorKind.values())
        .map(kind -> "| `%s` | %s |\n".formatted(Metrics.kind(kind), kind.meaning()))
        .collect(Collectors.joining());
  }

  @Test
  void alertsAskOnlyForKindsOfErrorsThatThereAre() throws IOException {
    var kinds = Stream.of(ErrorKind.values()).map(Metrics::kind).toList();

    assertThat(
            rules()
                .map(rule -> rule.path("expr").asText())
                .flatMap(
                    expression ->
                        Pattern.compile("[{,]kind=~?\"([^\"]*)\"").matcher(expression).results())
                .flatMap(found -> Stream.of(found.group(1).split("\\|"))))
        .isNotEmpty()
        .allSatisfy(kind -> assertThat(kinds).contains(kind));
  }

  @Test
  void alertsAndDashboardAskOnlyForWhatThereIs() throws IOException {
    var expressions =
        Stream.concat(rules().map(rule -> rule.path("expr").asText()), dashboard().stream())
            .toList();

    assertThat(expressions).hasSizeGreaterThan(25);
    assertThat(expressions.stream().flatMap(MonitoringTest::names).collect(Collectors.toSet()))
        .allSatisfy(name -> assertThat(metrics).containsKey(family(name)));
    assertThat(expressions)
        .allSatisfy(
            expression ->
                assertThat(matchers(expression))
                    .allSatisfy(
                        m ->
                            assertThat(metrics.get(family(m.group(1))).labels())
                                .containsAll(labels(m.group(2)))));
  }

  /** Each metric is seen somewhere, or it is not worth its cost. */
  @Test
  void theDashboardShowsEveryMetric() throws IOException {
    var shown =
        dashboard().stream()
            .flatMap(MonitoringTest::names)
            .map(this::family)
            .collect(Collectors.toSet());

    assertThat(metrics.keySet())
        .filteredOn(name -> !name.endsWith("_max"))
        .allSatisfy(name -> assertThat(shown).contains(name));
  }

  @Test
  void everyAlertHasItsRunbookAndItsTest() throws IOException {
    var alerts = rules().map(rule -> rule.path("alert").asText()).toList();
    var runbooks =
        Files.readString(ALERTS)
            .lines()
            .filter(line -> line.startsWith("## "))
            .map(line -> line.substring(3))
            .toList();

    assertThat(runbooks).containsExactlyElementsOf(alerts);
    var tests = new YAMLMapper().readTree(Path.of("src/test/prometheus/rules-test.yaml").toFile());
    var fired = new TreeSet<String>();
    tests
        .path("tests")
        .forEach(
            test ->
                test.path("alert_rule_test")
                    .forEach(
                        alert -> {
                          if (!alert.path("exp_alerts").isEmpty())
                            fired.add(alert.path("alertname").asText());
                        }));
    assertThat(fired).containsExactlyInAnyOrderElementsOf(alerts);
  }

  private static Stream<JsonNode> rules() throws IOException {
    var rules = new YAMLMapper().readTree(COMPONENT.resolve("prometheus-rule.yaml").toFile());
    return rules
        .path("spec")
        .path("groups")
        .valueStream()
        .flatMap(group -> group.path("rules").valueStream());
  }

  private static List<String> dashboard() throws IOException {
    return new ObjectMapper()
        .readTree(COMPONENT.resolve("dashboard.json").toFile())
        .findValuesAsText("expr");
  }

  private static Stream<String> names(String expression) {
    return Pattern.compile("pgbaton_\\w+").matcher(expression).results().map(MatchResult::group);
  }

  private static List<MatchResult> matchers(String expression) {
    return Pattern.compile("(pgbaton_\\w+)\\{([^}]*)}").matcher(expression).results().toList();
  }

  private static List<String> labels(String matchers) {
    return Pattern.compile("(\\w+)(?:=~|!=|=)\"")
        .matcher(matchers)
        .results()
        .map(m -> m.group(1))
        .toList();
  }

  private String family(String name) {
    return OF_A_HISTOGRAM.stream()
        .filter(name::endsWith)
        .map(suffix -> name.substring(0, name.length() - suffix.length()))
        .filter(metrics::containsKey)
        .findFirst()
        .orElse(name);
  }
}
