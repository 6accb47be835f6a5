package dev.pgbaton.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.web.Doorkeeper.Person;
import dev.pgbaton.web.Doorkeeper.Token;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class VisitTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private final Sessions sessions = new Sessions();

  @Test
  void onlyThisServersOwnPageMaySendForms() {
    assertThat(SameOrigin.is("https://pgbaton.example:8443", "pgbaton.example:8443")).isTrue();
    assertThat(SameOrigin.is("https://pgbaton.example.evil:8443", "pgbaton.example:8443"))
        .isFalse();
    assertThat(SameOrigin.is("null", "pgbaton.example")).isFalse();
    assertThat(SameOrigin.is("http://a b", "pgbaton.example")).isFalse();
    assertThat(SameOrigin.is(null, "pgbaton.example")).isFalse();
  }

  @Test
  void aNameThatAResolverMadeOursIsNotThisMachine() {
    assertThat(SameOrigin.isThisMachine("localhost:8080")).isTrue();
    assertThat(SameOrigin.isThisMachine("[::1]:8080")).isTrue();
    assertThat(SameOrigin.isThisMachine("localhost.evil.example:8080")).isFalse();
    assertThat(SameOrigin.isThisMachine(null)).isFalse();
  }

  @Test
  void aSessionEndsByItselfAndWhenItIsClosed() {
    var secret = sessions.open("alice", new Token("t"), Instant.MAX, NOW).orElseThrow();

    assertThat(sessions.find(secret, NOW)).isPresent();
    assertThat(sessions.find(secret, NOW.plus(Sessions.LASTS))).isEmpty();
    sessions.close(secret);
    assertThat(sessions.find(secret, NOW)).isEmpty();
    assertThat(sessions.find("", NOW)).isEmpty();
  }

  @Test
  void aSessionEndsWithWhatItWasOpenedFor() {
    var token = NOW.plusSeconds(300);
    var secret = sessions.open("alice", new Person("alice", List.of()), token, NOW).orElseThrow();

    assertThat(sessions.find(secret, token.minusSeconds(1))).isPresent();
    assertThat(sessions.find(secret, token)).isEmpty();
  }

  @Test
  void aFormOfAnotherSessionIsNotTaken() {
    var alice = visit("alice");
    var mallory = visit("mallory");
    var form = ((Visit.SignedIn) mallory).session().forms();

    assertThat(mallory.has(form)).isTrue();
    assertThat(alice.has(form)).isFalse();
    assertThat(alice.has(null)).isFalse();
    assertThat(new Visit.Stranger().has("")).isFalse();
    assertThat(new Visit.Reading().has("")).isFalse();
  }

  @Test
  void aTokenCantBePrinted() {
    assertThat(visit("alice").toString()).contains("***").doesNotContain("token-of-alice");
  }

  private Visit visit(String user) {
    var secret = sessions.open(user, new Token("token-of-" + user), Instant.MAX, NOW).orElseThrow();
    return new Visit.SignedIn(sessions.find(secret, NOW).orElseThrow());
  }
}
