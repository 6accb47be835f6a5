package dev.pgbaton.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReasonsTableTest {
  private static String table() {
    return Arrays.stream(Refusal.values())
        .map(r -> "| `%s` | %s | %s |\n".formatted(r.code(), r.meaning(), r.remedy()))
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
  void aCodeIsCamelCase() {
    assertThat(Refusal.MORE_THAN_ONE_PRIMARY.code()).isEqualTo("MoreThanOnePrimary");
    assertThat(Refusal.values())
        .allMatch(r -> r.code().matches("([A-Z][a-z]+)+"))
        .extracting(Refusal::code)
        .doesNotHaveDuplicates();
  }
}
