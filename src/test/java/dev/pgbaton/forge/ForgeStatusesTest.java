package dev.pgbaton.forge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.report.CommitStatus;
import dev.pgbaton.report.CommitStatus.State;
import dev.pgbaton.report.CommitStatuses;
import dev.pgbaton.report.CommitStatuses.Delivery;
import dev.pgbaton.report.CommitStatuses.Delivery.Delivered;
import dev.pgbaton.report.CommitStatuses.Delivery.Later;
import dev.pgbaton.report.CommitStatuses.Delivery.Rejected;
import dev.pgbaton.tls.TestAuthority;
import dev.pgbaton.tls.TunnelProxy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ForgeStatusesTest {
  private static final String TOKEN = "s3cret-t0ken";
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final CommitStatus GREEN =
      new CommitStatus(COMMIT, "pgbaton/prod/shop/orders", State.SUCCESS, "3 of 3 run the commit");

  @TempDir static Path shared;
  @TempDir Path directory;

  private static TestAuthority authority;

  private FakeForge forge;
  private Path token;

  @BeforeAll
  static void sign() throws IOException, GeneralSecurityException {
    authority = TestAuthority.in(shared);
  }

  @BeforeEach
  void start() throws IOException {
    forge = FakeForge.plain();
    token = Files.writeString(directory.resolve("token"), TOKEN + "\n");
  }

  @AfterEach
  void stop() {
    forge.close();
  }

  @Test
  void giteaIsAskedAsItsApiSays() throws IOException {
    assertThat(post(ForgeKind.GITEA)).isEqualTo(new Delivered());

    var asked = forge.asked.getFirst();
    assertThat(asked.method()).isEqualTo("POST");
    assertThat(asked.uri()).isEqualTo("/api/v1/repos/team/clusters/statuses/" + COMMIT);
    assertThat(asked.header("Authorization")).isEqualTo("token " + TOKEN);
    assertThat(new ObjectMapper().readTree(asked.body()))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"state": "success", "context": "pgbaton/prod/shop/orders",
                     "description": "3 of 3 run the commit"}"""));
  }

  @Test
  void gitHubIsAskedAsItsApiSays() {
    assertThat(post(ForgeKind.GITHUB)).isEqualTo(new Delivered());

    var asked = forge.asked.getFirst();
    assertThat(asked.uri()).isEqualTo("/api/v3/repos/team/clusters/statuses/" + COMMIT);
    assertThat(asked.header("Authorization")).isEqualTo("Bearer " + TOKEN);
    assertThat(asked.header("Accept")).isEqualTo("application/vnd.github+json");
    assertThat(asked.header("X-github-api-version")).isEqualTo("2022-11-28");
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void everyStateIsSentInTheForgesWord(State state) throws IOException {
    statuses(ForgeKind.GITEA).post(new CommitStatus(COMMIT, "pgbaton/prod", state, "it"));

    assertThat(new ObjectMapper().readTree(forge.asked.getFirst().body()).get("state").asText())
        .isEqualTo(state.name().toLowerCase(Locale.ROOT));
  }

  @Test
  void aLongDescriptionIsCutAfterAWord() throws IOException {
    statuses(ForgeKind.GITHUB)
        .post(new CommitStatus(COMMIT, "pgbaton/prod", State.FAILURE, "many words ".repeat(40)));

    assertThat(
            new ObjectMapper().readTree(forge.asked.getFirst().body()).get("description").asText())
        .hasSizeLessThanOrEqualTo(140)
        .endsWith("many words many…");
  }

  @ParameterizedTest
  @CsvSource({"429, 17, 17", "503, 120, 120", "403, 60, 60", "429, 999999, 3600", "429, 0, 1"})
  void retryAfterIsObeyedWithinReason(int code, String seconds, long expected) {
    forge.answers(code, "{\"message\": \"slow down\"}", Map.of("Retry-After", seconds));

    assertThat(post(ForgeKind.GITEA)).isEqualTo(later(expected, code + " (slow down)"));
  }

  @Test
  void retryAfterMayBeADate() {
    forge.answers(503, "", Map.of("Retry-After", "Sun, 1 Mar 2026 10:01:30 GMT"));

    assertThat(post(ForgeKind.GITEA)).isEqualTo(later(90, "503"));
  }

  @Test
  void gitHubsRateLimitIsWaitedFor() {
    forge.answers(
        403,
        "{\"message\": \"API rate limit exceeded\"}",
        Map.of(
            "X-RateLimit-Remaining",
            "0",
            "X-RateLimit-Reset",
            Long.toString(NOW.plusSeconds(600).getEpochSecond())));

    assertThat(post(ForgeKind.GITHUB)).isEqualTo(later(600, "403 (API rate limit exceeded)"));
  }

  @Test
  void gitHubsSecondaryLimitWithoutATimeIsAMinute() {
    forge.answers(403, "{\"message\": \"You have exceeded a secondary rate limit.\"}");

    assertThat(post(ForgeKind.GITHUB))
        .isEqualTo(later(60, "403 (You have exceeded a secondary rate limit.)"));
  }

  @Test
  void aForbiddenTokenIsNoRateLimit() {
    forge.answers(
        403,
        "{\"message\": \"Resource not accessible by personal access token\"}",
        Map.of("X-RateLimit-Remaining", "4999", "X-RateLimit-Reset", "1772359200"));

    assertThat(rejected(ForgeKind.GITHUB))
        .contains("Resource not accessible")
        .contains("Commit statuses: read and write")
        .contains("team/clusters");
  }

  @Test
  void aForgeInTroubleIsAskedAgainSoon() {
    forge.answers(502, "<html>Bad Gateway</html>");

    assertThat(post(ForgeKind.GITEA)).isEqualTo(later(30, "502"));
  }

  @Test
  void aWrongTokenIsTriedAgainAfterAPersonHadTheTimeToChangeIt() throws IOException {
    forge.answers(401, "{\"message\": \"invalid username, password or token\"}");

    assertThat(post(ForgeKind.GITEA))
        .isInstanceOfSatisfying(
            Later.class,
            it -> {
              assertThat(it.retryAfter()).isEqualTo(Duration.ofMinutes(5));
              assertThat(it.reason()).contains("put a valid token into " + token);
            });
  }

  @Test
  void anUnknownRepositoryOrCommitIsRejectedWithWhatToDo() {
    forge.answers(404, "{\"message\": \"Not Found\"}");

    assertThat(rejected(ForgeKind.GITHUB))
        .contains("team/clusters")
        .contains(COMMIT)
        .contains("PGBATON_FORGE_REPOSITORY");
  }

  @Test
  void aRefusedStatusIsRejectedWithTheForgesReason() {
    forge.answers(422, "{\"message\": \"No commit found for SHA: 0123\"}");

    assertThat(rejected(ForgeKind.GITHUB)).contains("No commit found for SHA").contains(COMMIT);
  }

  @Test
  void giteasInternalErrorForAnUnknownCommitIsRejected() {
    forge.answers(500, "{\"message\": \"GetCommit[01]: object does not exist [id: 01]\"}");

    assertThat(rejected(ForgeKind.GITEA)).contains("it has no commit " + COMMIT);
  }

  @Test
  void aRedirectIsNotFollowed() {
    forge.answers(307, "", Map.of("Location", forge.origin() + "/elsewhere"));

    assertThat(rejected(ForgeKind.GITHUB)).contains("team/clusters has moved");
    assertThat(forge.asked).hasSize(1);
  }

  @Test
  void aForgeThatIsAwayIsAskedAgainSoon() throws IOException {
    var statuses = statuses(ForgeKind.GITEA);
    forge.close();

    assertThat(statuses.post(GREEN))
        .isInstanceOfSatisfying(
            Later.class, it -> assertThat(it.reason()).contains("can't be reached"));
  }

  @Test
  void aForgeThatStallsInTheMiddleOfItsAnswerIsGivenUp() {
    forge.stalls();

    assertThat(
            statuses(settings(ForgeKind.GITEA, forge.origin(), Duration.ofMillis(300))).post(GREEN))
        .isInstanceOfSatisfying(
            Later.class, it -> assertThat(it.reason()).contains("did not answer in time"));
  }

  @Test
  void aTokenThatIsNoneIsNeitherSentNorPrinted() throws IOException {
    Files.writeString(token, "two\nlines");

    assertThat(post(ForgeKind.GITEA))
        .isInstanceOfSatisfying(
            Later.class,
            it -> assertThat(it.reason()).contains("holds no token").doesNotContain("two"));
    assertThat(forge.asked).isEmpty();
  }

  @Test
  void aCaFileMakesTheForgeTrusted() throws IOException {
    try (var secure = FakeForge.tls(authority.server())) {
      var settings = settings(ForgeKind.GITEA, secure.origin(), Duration.ofSeconds(10));

      assertThat(statuses(settings).post(GREEN))
          .isInstanceOfSatisfying(
              Later.class, it -> assertThat(it.reason()).contains("PGBATON_FORGE_CA_FILE"));
      assertThat(statuses(withCa(settings, authority.caFile())).post(GREEN))
          .isEqualTo(new Delivered());
    }
  }

  @Test
  void theProxyIsUsed() {
    var settings =
        new ForgeSettings(
            ForgeKind.GITEA,
            "http://forge.invalid/team/clusters.git",
            Optional.empty(),
            Optional.empty(),
            Optional.of(token),
            Optional.empty(),
            Optional.of(URI.create(forge.origin())),
            Duration.ofSeconds(10));

    assertThat(statuses(settings).post(GREEN)).isEqualTo(new Delivered());
    assertThat(forge.asked.getFirst().uri()).startsWith("http://forge.invalid/api/v1/repos/");
  }

  @Test
  void httpsGoesThroughTheProxyEndToEnd() throws IOException {
    try (var secure = FakeForge.tls(authority.server());
        var proxy = new TunnelProxy()) {
      var settings =
          new ForgeSettings(
              ForgeKind.GITEA,
              secure.origin() + "/team/clusters.git",
              Optional.empty(),
              Optional.empty(),
              Optional.of(token),
              Optional.of(authority.caFile()),
              Optional.of(URI.create(proxy.url())),
              Duration.ofSeconds(10));

      assertThat(statuses(settings).post(GREEN)).isEqualTo(new Delivered());
      assertThat(proxy.asked()).singleElement().asString().startsWith("CONNECT 127.0.0.1:");
    }
  }

  @Test
  void withoutAForgeNothingIsOwed() {
    assertThat(ForgeStatuses.of(ForgeSettings.none()).post(GREEN)).isEqualTo(new Delivered());
  }

  private Delivery post(ForgeKind kind) {
    return statuses(kind).post(GREEN);
  }

  private String rejected(ForgeKind kind) {
    return switch (post(kind)) {
      case Rejected(var reason) -> reason;
      case Delivered delivered -> throw new AssertionError(delivered);
      case Later later -> throw new AssertionError(later);
    };
  }

  private Later later(long seconds, String answered) {
    return new Later(
        Duration.ofSeconds(seconds),
        URI.create(forge.origin()).getAuthority() + " answered " + answered);
  }

  private CommitStatuses statuses(ForgeKind kind) {
    return statuses(settings(kind, forge.origin(), Duration.ofSeconds(10)));
  }

  private static CommitStatuses statuses(ForgeSettings settings) {
    assertThat(settings.problems()).isEmpty();
    var api = new StatusApi(settings, InstantSource.fixed(NOW));
    return switch (settings.kind()) {
      case GITHUB -> new GitHubStatuses(api);
      case GITEA -> new GiteaStatuses(api);
      case NONE -> new NoStatuses();
    };
  }

  private ForgeSettings settings(ForgeKind kind, String origin, Duration timeout) {
    return new ForgeSettings(
        kind,
        origin + "/team/clusters.git",
        Optional.empty(),
        Optional.empty(),
        Optional.of(token),
        Optional.empty(),
        Optional.empty(),
        timeout);
  }

  private static ForgeSettings withCa(ForgeSettings settings, Path caFile) {
    return new ForgeSettings(
        settings.kind(),
        settings.gitUrl(),
        settings.api(),
        settings.repository(),
        settings.tokenFile(),
        Optional.of(caFile),
        settings.proxy(),
        settings.timeout());
  }
}
