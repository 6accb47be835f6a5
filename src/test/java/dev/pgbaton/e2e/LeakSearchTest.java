package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The search finds what is there: otherwise its silence says nothing. */
class LeakSearchTest {
  private static final String PASSWORD = "p&ss w/rd:1234";

  @Test
  void aPasswordIsFoundInEachForm() {
    for (var text :
        List.of(
            "x" + PASSWORD,
            "postgresql://app:p%26ss+w%2Frd%3A1234@host",
            "postgresql://app:p%26ss%20w%2Frd%3A1234@host",
            "{\"p\":\"p\\u0026ss w/rd:1234\"}"))
      assertThat(search(text.getBytes(StandardCharsets.UTF_8))).as(text).isNotEmpty();
    assertThat(search(PASSWORD.getBytes(StandardCharsets.UTF_16LE))).isNotEmpty();
    for (var before : List.of("", "u", "ur", "uri"))
      for (var behind : List.of("", "@", "@h"))
        assertThat(
                search(
                    Base64.getEncoder()
                        .encode((before + PASSWORD + behind).getBytes(StandardCharsets.UTF_8))))
            .as(before + "…" + behind)
            .isNotEmpty();
  }

  @Test
  void whatIsFoundIsNamedWithoutIt() {
    assertThat(new LeakSearch(Map.of("app", PASSWORD)).in("a log", "of " + PASSWORD).found())
        .containsExactly("a log: app in clear")
        .noneMatch(words -> words.contains(PASSWORD));
  }

  @Test
  void nothingElseIsFound() {
    assertThat(search("another password".getBytes(StandardCharsets.UTF_8))).isEmpty();
  }

  private static List<String> search(byte[] bytes) {
    return new LeakSearch(Map.of("app", PASSWORD)).in("here", bytes).found();
  }
}
