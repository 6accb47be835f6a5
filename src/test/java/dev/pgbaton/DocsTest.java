package dev.pgbaton;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DocsTest {
  private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]*)(?:#([^)\\s]+))?\\)");
  private static final Pattern CODE = Pattern.compile("(?s)```.*?```|`[^`\n]*`");

  @Test
  void everyLinkWithinTheRepositoryLeadsSomewhere() throws IOException {
    var pages = pages();
    var dead = new ArrayList<String>();
    var links = 0;
    for (var page : pages) {
      var link = LINK.matcher(CODE.matcher(Files.readString(page)).replaceAll(""));
      while (link.find()) {
        if (link.group(1).contains("://")) continue;
        links++;
        var target =
            link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1)).normalize();
        if (!Files.exists(target)
            || link.group(2) != null && !heads(target).contains(link.group(2)))
          dead.add(page + ": " + link.group());
      }
    }

    assertThat(pages).hasSizeGreaterThan(25);
    assertThat(links).isGreaterThan(30);
    assertThat(dead).isEmpty();
  }

  private static List<Path> pages() throws IOException {
    var pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")));
    for (var folder : List.of("docs", "images", "bench")) {
      try (var files = Files.walk(Path.of(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
      }
    }
    return pages;
  }

  /** As forges name them. */
  private static List<String> heads(Path page) throws IOException {
    // A comment in a block of commands is no heading.
    return Pattern.compile("(?s)```.*?```")
        .matcher(Files.readString(page))
        .replaceAll("")
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(head -> head.replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-'))
        .toList();
  }
}
