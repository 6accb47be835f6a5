package dev.pgbaton.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a DBA sees: {@code pgbaton render}. To renew the files, run with -Dpgbaton.golden=write and
 * read the difference.
 */
class GeneratedObjectsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/dev/pgbaton/desired");

  @ParameterizedTest
  @ValueSource(strings = {"minimal", "orders"})
  void theObjectsOfTheExampleAreAsReviewed(String name) throws IOException {
    var rendered = render(Path.of("gitops-example/clusters", name + ".yaml"));
    var golden = GOLDEN.resolve(name + ".yaml");
    if (System.getProperty("pgbaton.golden", "").equals("write"))
      Files.writeString(golden, rendered);

    assertThat(rendered).isEqualTo(Files.readString(golden));
  }

  private static String render(Path file) throws IOException {
    var spec =
        SpecParser.parse(List.of(new SpecFile(file.toString(), "", Files.readAllBytes(file))))
            .valid()
            .getFirst();
    return Manifests.yaml(DesiredClusters.of(spec));
  }
}
