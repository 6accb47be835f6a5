package dev.pgbaton.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.sun.net.httpserver.HttpServer;
import dev.pgbaton.sandbox.SeedRepository;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page in a real Chromium, over the sandbox in memory. With {@code -Dpgbaton.golden=write} it
 * takes the pictures of docs/images.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PageIT {
  private static final boolean WRITES = "write".equals(System.getProperty("pgbaton.golden"));
  private static final int MANY = 500;
  private static final double SLOW = 40_000;

  @TempDir static Path directory;
  private static Process daemon;
  private static Path output;
  private static String root;
  private static int port;
  private static Chromium chromium;
  private static Browser browser;

  private final List<String> complaints = new ArrayList<>();
  private final List<BrowserContext> contexts = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    chromium = Chromium.start();
    browser = chromium.browser();
    var repository = directory.resolve("repository");
    SeedRepository.make(repository);
    addMany(repository);
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    root = "http://127.0.0.1:" + port;
    output = directory.resolve("output");
    startDaemon();
  }

  private static void startDaemon() throws Exception {
    daemon =
        Packaged.start(
            Map.of(
                "PGBATON_SANDBOX", "true",
                "PGBATON_SANDBOX_DIR", directory.toString(),
                "PGBATON_GIT_INTERVAL", "1s",
                "QUARKUS_HTTP_HOST", "127.0.0.1",
                "QUARKUS_HTTP_PORT", Integer.toString(port)),
            output,
            "run");
    await("the daemon listens")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(() -> get("/api/clusters").contains("fleet-499"));
  }

  /** Files that ask for what can't be: they are listed, and cost the sandbox nothing. */
  private static void addMany(Path repository) throws Exception {
    for (int i = 0; i < MANY; i++)
      Files.writeString(
          repository.resolve("clusters/fleet-%03d.yaml".formatted(i)),
          """
          apiVersion: pgbaton.dev/v1alpha1
          kind: PostgresCluster
          metadata: {name: fleet-%03d, namespace: fleet}
          spec: {instances: 3, image: registry.example.com/pgbaton/postgres:17, storage: {}}
          """
              .formatted(i));
    try (var git = Git.open(repository.toFile())) {
      git.add().addFilepattern(".").call();
      git.commit().setSign(false).setMessage("Many clusters").call();
    }
  }

  @AfterAll
  static void end() throws Exception {
    if (chromium != null) chromium.close();
    if (daemon == null) return;
    daemon.destroy();
    daemon.waitFor();
  }

  @AfterEach
  void nothingWasComplainedOf() {
    contexts.forEach(BrowserContext::close);
    assertThat(complaints).isEmpty();
  }

  /** It takes a while until it is given up: that it was is looked at last. */
  @Test
  @Order(0)
  void takesACommitThatCantWork() throws Exception {
    await("shop/minimal is there")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> get("/api/clusters/shop/minimal").contains("\"healthy\""));
    commit("minimal", "A bad image", "postgres:17\n", "postgres:does-not-exist\n");
  }

  @Test
  @Order(1)
  void listsFiveHundredClustersAtOnce() {
    var paints = new ArrayList<Double>();
    var loads = new ArrayList<Double>();
    var bytes = 0.0;
    for (int i = 0; i < 4; i++) {
      var page = open(ColorScheme.LIGHT, "/");
      assertThat(page.locator("#count")).hasText("502 of 502 clusters");
      bytes =
          number(
              page,
              "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, e) => sum + (e.transferSize || 0), 0)");
      paints.add(number(page, "performance.getEntriesByName('first-paint')[0].startTime"));
      loads.add(number(page, "performance.getEntriesByType('navigation')[0].loadEventEnd"));
    }
    System.out.printf(
        "502 clusters: first paint after %s ms, all there after %s ms, %.0f bytes%n",
        rounded(paints), rounded(loads), bytes);
    assertThat(bytes).isBetween(1_000.0, 100_000.0);
    // On a machine that is busy with other things; what it takes usually is printed above.
    assertThat(paints).anyMatch(ms -> ms < 10_000);
    assertThat(loads).anyMatch(ms -> ms < 15_000);
  }

  @Test
  @Order(2)
  void findsAClusterAmongMany() {
    var page = open(ColorScheme.LIGHT, "/");
    page.getByLabel("Search").fill("fleet-042");
    assertThat(page.locator("#count")).hasText("1 of 502 clusters");
    page.getByLabel("Search").fill("shop");
    assertThat(page.locator("#clusters > li:visible")).hasCount(2);
    page.getByLabel("Search").fill("fleet/");
    page.getByLabel("Condition").selectOption("attention");
    assertThat(page.locator("#count")).hasText("500 of 502 clusters");
    page.locator("#clusters > li:visible a").first().click();
    assertThat(page.locator("h1")).hasText("fleet/fleet-000");
    assertThat(page.locator("#status")).containsText("spec.storage");
    accessible(page);
  }

  @Test
  @Order(3)
  void isReadAndSearchedWithoutScripts() {
    var context = browser.newContext(new Browser.NewContextOptions().setJavaScriptEnabled(false));
    contexts.add(context);
    var page = context.newPage();
    page.navigate(root + "/");
    page.getByLabel("Search").fill("fleet-042");
    page.getByText("Show", new Page.GetByTextOptions().setExact(true)).click();
    assertThat(page.locator("#count")).hasText("1 of 502 clusters");
    page.locator("#clusters > li:visible a").click();
    assertThat(page.locator("h1")).hasText("fleet/fleet-042");
  }

  @Test
  @Order(4)
  void whatSomebodyTypesStaysText() {
    var page = open(ColorScheme.LIGHT, "/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E");
    assertThat(page.getByLabel("Search")).hasValue("\"><script>alert(1)</script>");
    assertThat(page.locator("main script")).hasCount(0);
  }

  @Test
  @Order(5)
  void playsARolloutOutLive() throws Exception {
    var page = open(ColorScheme.LIGHT, "/clusters/shop/orders");
    var status = page.locator("#status");
    assertThat(status).containsText("3 of 3 instances Ready", slowly());
    assertThat(page.locator("#live")).hasText("Live");
    remember(page);
    assertThat(primary(page)).hasText("orders-0");
    var other = open(ColorScheme.LIGHT, "/clusters/shop/orders");
    button(other, "Suspend").click();
    assertThat(other.getByRole(AriaRole.ALERT)).containsText("shop/orders is suspended");
    assertThat(page.locator("#status"))
        .containsText("; suspended by somebody at this machine since ", slowly());

    commit("orders", "A new image", "postgres:17\n", "postgres:17.1\n");

    assertThat(status).containsText("SuspendedByHand", slowly());
    assertThat(status).containsText("Next would be: change StatefulSet");
    assertThat(status).containsText("Press Resume on its page");
    other.goBack();
    accessible(other);
    button(other, "Resume").click();
    assertThat(other.getByRole(AriaRole.ALERT)).hasText("shop/orders goes on.");

    if (WRITES) {
      page.locator("#instances .box.replica.unwell").first().waitFor(patiently());
      picture(page, "rollout-light");
    }
    page.locator("#instances .box.primary:not(.unwell)")
        .locator("xpath=../*[text()='orders-1']")
        .waitFor(patiently());
    assertThat(status).containsText("rolled out in", slowly());
    assertThat(page.locator("#rollouts tbody tr")).hasCount(1);
    assertThat(page.locator("#rollouts .bar")).hasCount(1);
    assertThat(page.locator("#decisions")).containsText("hand off orders-0 → orders-1");
    assertThat(page.locator("#changes details").first()).containsText("A new image");
    assertThat(page.locator("#changes .added").first())
        .hasText("+ spec.image: registry.example.com/pgbaton/postgres:17.1");
    page.locator("#events summary").click();
    assertThat(page.locator("#events")).containsText("HandOffPrimary");
    assertThat(seen(page))
        .anyMatch(s -> s.contains("primary outdated orders-0"))
        .anyMatch(s -> s.contains("replica unwell"))
        .anyMatch(s -> s.contains("replica orders-1") && s.contains("outdated orders-2"))
        .anyMatch(s -> s.contains("hand off orders-0"));
  }

  @Test
  @Order(6)
  void anybodyCanReadIt() {
    for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK))
      for (var path : List.of("/?q=shop", "/clusters/shop/orders")) {
        var page = open(scheme, path);
        assertThat(page.locator("#live")).hasText("Live");
        accessible(page);
        page.setViewportSize(360, 700);
        assertThat(number(page, "document.documentElement.scrollWidth"))
            .as("%s is no wider than a phone", path)
            .isLessThanOrEqualTo(360);
        page.keyboard().press("Tab");
        assertThat(page.locator(":focus")).hasText("To the content");
      }
  }

  @Test
  @Order(7)
  void handsOffAndBreaksThingsWhenAskedTo() {
    var page = open(ColorScheme.DARK, "/clusters/shop/orders");
    assertThat(primary(page)).hasText("orders-1");
    page.getByLabel("New primary").selectOption("orders-2");
    button(page, "Hand off now").click();
    assertThat(page.getByRole(AriaRole.ALERT))
        .hasText("orders-1 is asked to hand off to orders-2.");
    accessible(page);
    page.getByText("Back to shop/orders").click();
    page.locator("#instances .box.primary:not(.unwell)")
        .locator("xpath=../*[text()='orders-2']")
        .waitFor(patiently());
    assertThat(page.locator("#status")).containsText("3 of 3 instances Ready", slowly());

    button(page, "Hand off now").click();
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("is asked to hand off to");
    page.goBack();
    button(page, "kill -9 PostgreSQL of orders-0").click();
    // It may be back before anybody looks.
    await("it is killed")
        .pollInSameThread()
        .until(() -> Files.readString(output).contains("PostgreSQL of orders-0 is killed"));
    assertThat(page.locator("#status")).containsText("3 of 3 instances Ready", slowly());
    remember(page);
    button(page, "Delete pod orders-0").click();
    awaitSeen(page, "unwell orders-0");
  }

  @Test
  @Order(8)
  void triesACommitOnceMoreThatFailed() {
    var page = open(ColorScheme.LIGHT, "/clusters/shop/minimal");
    assertThat(page.locator("#status")).containsText("InstanceNotBack", slowly());
    assertThat(page.locator("#status")).containsText("What to do: the sentence has the kubelet's");
    accessible(page);
    var again = page.getByRole(AriaRole.BUTTON).filter(containing("once more"));
    again.click();
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("is tried once more");
    page.getByText("Back to shop/minimal").click();
    assertThat(page.locator("#decisions")).containsText("is not Ready", slowly());
    assertThat(page.locator("#status .condition"))
        .hasText("progressing", new HasTextOptions().setTimeout(SLOW));
  }

  @Test
  @Order(9)
  void turnsAwayWhatComesFromElsewhere() throws Exception {
    for (var path :
        List.of(
            "/clusters/shop/orders/handoff",
            "/clusters/shop/orders/retry",
            "/clusters/shop/orders/suspend"))
      for (var origin : List.of("http://elsewhere.example", root)) {
        var answer = post(path, HttpRequest.newBuilder().header("Origin", origin), "form=guessed");
        assertThat(answer).as(origin).isEqualTo(403);
      }
    var kill = "/sandbox/shop/orders/orders-0/kill-postgres";
    for (var origin : List.of("null", "http://elsewhere.example", root))
      assertThat(post(kill, HttpRequest.newBuilder().header("Origin", origin), ""))
          .as(origin)
          .isEqualTo(403);
    // Who is no browser, and is here.
    assertThat(post(kill, HttpRequest.newBuilder(), "")).isEqualTo(204);
    assertThat(post("/sign-in", HttpRequest.newBuilder(), "token=x")).isEqualTo(404);
  }

  @Test
  @Order(10)
  void focusNeverMovesToAnotherButton() {
    var page = open(ColorScheme.LIGHT, "/clusters/shop/orders");
    assertThat(page.locator("#live")).hasText("Live");
    var handoff = button(page, "Hand off now");
    handoff.focus();
    // As it comes from the server while the rollout's handoff is under way.
    page.evaluate(
        """
        () => {
          const fresh = document.getElementById('actions').cloneNode(true);
          fresh.querySelector('form[action$="/handoff"]').remove();
          put({id: 'actions', html: fresh.outerHTML});
        }
        """);
    assertThat(page.locator(":focus")).hasText("What you can do");

    button(page, "Suspend").focus();
    page.evaluate(
        """
        () => {
          const fresh = document.getElementById('actions').cloneNode(true);
          fresh.querySelector('.buttons').prepend(fresh.querySelector('form[action*="kill-postgres"]'));
          put({id: 'actions', html: fresh.outerHTML});
        }
        """);
    assertThat(page.locator(":focus")).hasText("Suspend");
  }

  @Test
  @Order(11)
  void aPageGoesOnAfterTheDaemonCameBack() throws Exception {
    var cluster = open(ColorScheme.LIGHT, "/clusters/shop/orders");
    var fleet = open(ColorScheme.LIGHT, "/");
    assertThat(cluster.locator("#live")).hasText("Live");
    assertThat(fleet.locator("#live")).hasText("Live");
    daemon.destroy();
    daemon.waitFor();
    assertThat(cluster.locator("#live")).containsText("trying again", slowly());
    Files.delete(directory.resolve("repository/clusters/fleet-007.yaml"));
    try (var git = Git.open(directory.resolve("repository").toFile())) {
      git.commit().setAll(true).setSign(false).setMessage("One less").call();
    }
    // Something else answers there meanwhile, as an ingress without its service does.
    var ingress = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    var asked = new AtomicInteger();
    ingress.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          exchange.sendResponseHeaders(503, -1);
          exchange.close();
        });
    ingress.start();
    await("both have been turned away").until(() -> asked.get() >= 4);
    ingress.stop(0);

    startDaemon();

    assertThat(cluster.locator("#live")).hasText("Live", new HasTextOptions().setTimeout(SLOW));
    assertThat(fleet.locator("#live")).hasText("Live", new HasTextOptions().setTimeout(SLOW));
    assertThat(fleet.locator("#count"))
        .hasText("501 of 501 clusters", new HasTextOptions().setTimeout(SLOW));
    // The browser's own words for each try that failed.
    complaints.removeIf(said -> said.contains("Failed to load resource"));
    complaints.removeIf(said -> said.contains("net::ERR_"));
  }

  private static int post(String path, HttpRequest.Builder request, String form)
      throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      return client
          .send(
              request
                  .uri(URI.create(root + path))
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(HttpRequest.BodyPublishers.ofString(form))
                  .build(),
              BodyHandlers.discarding())
          .statusCode();
    }
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator.FilterOptions containing(String text) {
    return new Locator.FilterOptions().setHasText(text);
  }

  private static void commit(String cluster, String message, String before, String after)
      throws Exception {
    var file = directory.resolve("repository/clusters/%s.yaml".formatted(cluster));
    var text = Files.readString(file);
    assertThat(text).contains(before);
    Files.writeString(file, text.replace(before, after));
    try (var git = Git.open(directory.resolve("repository").toFile())) {
      git.commit().setAll(true).setSign(false).setMessage(message).call();
    }
  }

  private Page open(ColorScheme scheme, String path) {
    var context =
        browser.newContext(
            new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(900, 640));
    contexts.add(context);
    var page = context.newPage();
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning"))
            complaints.add(path + ": " + message.text());
        });
    page.onPageError(error -> complaints.add(path + ": " + error));
    page.navigate(root + path);
    return page;
  }

  /** What passes in a second is seen by the page itself: this program may be too slow for it. */
  private static void remember(Page page) {
    page.evaluate(
        """
        () => {
          window.seen = [];
          window.eye?.disconnect();
          window.eye = new MutationObserver(() => {
            const boxes = [...document.querySelectorAll('#instances .box')];
            const now = boxes.map(b => b.className.baseVal.slice(4) + ' ' + b.nextElementSibling.textContent).join(', ')
              + '; ' + document.getElementById('plan').textContent;
            if (window.seen.at(-1) !== now) window.seen.push(now);
          });
          window.eye.observe(document.querySelector('.parts'), {childList: true, subtree: true});
        }
        """);
  }

  private static List<String> seen(Page page) {
    return ((List<?>) page.evaluate("window.seen")).stream().map(Object::toString).toList();
  }

  private static void awaitSeen(Page page, String words) {
    await(words)
        .pollInSameThread()
        .atMost(Duration.ofSeconds(40))
        .until(() -> seen(page).stream().anyMatch(s -> s.contains(words)));
  }

  private static Locator primary(Page page) {
    return page.locator("#instances .box.primary + .title");
  }

  private static ContainsTextOptions slowly() {
    return new ContainsTextOptions().setTimeout(SLOW);
  }

  private static Locator.WaitForOptions patiently() {
    return new Locator.WaitForOptions().setTimeout(SLOW);
  }

  private static double number(Page page, String expression) {
    return ((Number) page.evaluate(expression)).doubleValue();
  }

  private static String rounded(List<Double> all) {
    return String.join(", ", all.stream().map(d -> Long.toString(Math.round(d))).toList());
  }

  private static void accessible(Page page) {
    page.evaluate(axe());
    assertThat(
            (List<?>)
                page.evaluate(
                    "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.map(n => n.html).slice(0, 3).join(' | ')))"))
        .isEmpty();
  }

  private static String axe() {
    try (var script = PageIT.class.getResourceAsStream("/axe.min.js")) {
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void picture(Page page, String name) {
    if (!WRITES) return;
    try {
      packed(
          ImageIO.read(new ByteArrayInputStream(page.screenshot(belowTheHead()))),
          Path.of("docs/images/page-%s.png".formatted(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Page.ScreenshotOptions belowTheHead() {
    return new Page.ScreenshotOptions().setFullPage(true).setClip(0, 90, 900, 640);
  }

  /** Without transparency, and packed better than a browser in a hurry does. */
  private static void packed(BufferedImage shot, Path file) throws IOException {
    var opaque = new BufferedImage(shot.getWidth(), shot.getHeight(), BufferedImage.TYPE_INT_RGB);
    opaque.createGraphics().drawImage(shot, 0, 0, null);
    var writer = ImageIO.getImageWritersByFormatName("png").next();
    var small = writer.getDefaultWriteParam();
    small.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    small.setCompressionQuality(0);
    Files.deleteIfExists(file);
    try (var output = ImageIO.createImageOutputStream(file.toFile())) {

      writer.setOutput(output);
      writer.write(null, new IIOImage(opaque, null, null), small);
    }
  }

  private static String get(String path) throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(URI.create(root + path)).build(), BodyHandlers.ofString())
          .body();
    }
  }
}
