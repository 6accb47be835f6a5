package dev.pgbaton.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The machine's own browser; no other is downloaded. */
final class Chromium implements AutoCloseable {
  private static final double SLOW = 40_000;

  private final Playwright playwright;
  private final Browser browser;

  private Chromium(Playwright playwright, Browser browser) {
    this.playwright = playwright;
    this.browser = browser;
  }

  /** A test is passed over where there is none; who names one means to use it. */
  static Chromium start() {
    var named = Optional.ofNullable(System.getenv("PGBATON_CHROMIUM"));
    var program = Path.of(named.orElse("/usr/bin/chromium"));
    if (named.isEmpty())
      assumeTrue(
          Files.isExecutable(program),
          "the page is not tried: there is no %s here".formatted(program));
    PlaywrightAssertions.setDefaultAssertionTimeout(SLOW);
    var playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    return new Chromium(
        playwright,
        playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(program)));
  }

  Browser browser() {
    return browser;
  }

  /** Somebody with a browser of their own, in which certificates of a test are taken. */
  BrowserContext visitor() {
    return browser.newContext(new Browser.NewContextOptions().setIgnoreHTTPSErrors(true));
  }

  @Override
  public void close() {
    playwright.close();
  }
}
