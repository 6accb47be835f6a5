package dev.pgbaton.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class GitopsExampleTest {
  @Test
  void everyClusterOfTheExampleIsValid() throws IOException {
    var files = new ArrayList<SpecFile>();
    try (var paths = Files.walk(Path.of("gitops-example"))) {
      for (var path : paths.filter(p -> p.toString().endsWith(".yaml")).toList()) {
        files.add(new SpecFile(path.toString(), "", Files.readAllBytes(path)));
      }
    }

    var parsed = SpecParser.parse(files);

    assertThat(parsed.allProblems()).isEmpty();
    assertThat(parsed.valid())
        .extracting(valid -> valid.id().toString())
        .containsExactly("shop/accounts", "shop/ledger", "shop/minimal", "shop/orders");
  }
}
