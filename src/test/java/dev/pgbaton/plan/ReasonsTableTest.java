package dev.pgbaton.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReasonsTableTest {
  private static String table() {
    return Arrays.stream(Refusal.values())
        .map(
            r ->
                "| [`%s`](runbooks.md#%s) | %s | %s |\n"
                    .formatted(
                        r.code(), r.code().toLowerCase(Locale.ROOT), r.meaning(), r.remedy()))
        .collect(Collectors.joining("", "| code | it means | what to do |\n|---|---|---|\n", ""));
  }

  @Test
  void everyReasonIsInTheDocumentation() throws IOException {
    var page = Path.of("docs/reasons.md");
    if ("write".equals(System.getProperty("pgbaton.golden")))
      Files.writeString(page, Files.readString(page).replaceFirst("(?s)\\| code .*", "") + table());

    assertThat(Files.readString(page)).endsWith("\n\n" + table());
  }

  @Test
  void everyReasonHasARunbook() throws IOException {
    var page = Path.of("docs/runbooks.md");
    var text = Files.readString(page);
    var head = text.substring(0, text.indexOf("## "));
    if ("write".equals(System.getProperty("pgbaton.golden")))
      Files.writeString(page, head + runbooks());

    assertThat(Files.readString(page)).isEqualTo(head + runbooks());
  }

  private static String runbooks() {
    return Arrays.stream(Refusal.values())
        .map(
            r ->
                "## %s\n\n%s.\n\n- **Look**: %s.\n- **Mend**: %s.\n"
                    .formatted(
                        r.code(), sentence(r.meaning()), linked(Runbook.look(r)), r.remedy()))
        .collect(Collectors.joining("\n"));
  }

  private static String sentence(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }

  /** Pages are named as they are called; here they are links. */
  private static String linked(String text) {
    return text.replaceAll("(?<![\\w/])((?:promises|users|manifests)\\.md)", "[$1]($1)");
  }

  @Test
  void aCodeIsCamelCase() {
    assertThat(Refusal.MORE_THAN_ONE_PRIMARY.code()).isEqualTo("MoreThanOnePrimary");
    assertThat(Refusal.values())
        .allMatch(r -> r.code().matches("([A-Z][a-z]+)+"))
        .extracting(Refusal::code)
        .doesNotHaveDuplicates();
  }
}
