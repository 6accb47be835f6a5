package dev.pgbaton.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SpecSchemaTest {
  private static final Path COMMITTED = Path.of("docs/schema/postgrescluster-v1alpha1.json");

  @Test
  void theCommittedSchemaIsWhatTheParserReads() throws IOException {
    var generated = SpecSchema.json();
    if (System.getProperty("pgbaton.golden", "").equals("write")) {
      Files.createDirectories(COMMITTED.getParent());
      Files.writeString(COMMITTED, generated);
    }

    assertThat(Files.readString(COMMITTED))
        .describedAs("renew it: ./mvnw test -Dtest=SpecSchemaTest -Dpgbaton.golden=write")
        .isEqualTo(generated);
  }
}
