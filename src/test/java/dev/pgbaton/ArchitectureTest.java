package dev.pgbaton;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The package table of the design: who may use whom, and who does no I/O. */
class ArchitectureTest {
  private static final String ROOT = "dev.pgbaton";

  /** What a package may use of the others. A new package needs a line here. */
  private static final Map<String, Set<String>> MAY_USE = new TreeMap<>();

  static {
    var decisions =
        Set.of(
            "cluster",
            "catalog",
            "sops",
            "spec",
            "desired",
            "observed",
            "plan",
            "apply",
            "report",
            "instance");
    var withTls =
        Stream.concat(decisions.stream(), Stream.of("tls")).collect(Collectors.toUnmodifiableSet());
    MAY_USE.put("cluster", Set.of());
    MAY_USE.put("tls", Set.of("cluster"));
    MAY_USE.put("catalog", Set.of());
    MAY_USE.put("sops", Set.of());
    MAY_USE.put("age", Set.of("sops"));
    MAY_USE.put("vault", Set.of("sops", "tls"));
    MAY_USE.put("spec", Set.of("cluster", "sops"));
    MAY_USE.put("desired", Set.of("cluster", "spec", "catalog"));
    MAY_USE.put("observed", Set.of("cluster"));
    MAY_USE.put("plan", Set.of("cluster", "spec", "desired", "observed"));
    MAY_USE.put("apply", Set.of("cluster", "desired", "observed", "plan"));
    MAY_USE.put("report", Set.of("cluster", "spec", "observed", "plan", "apply"));
    MAY_USE.put(
        "reconcile", Set.of("cluster", "spec", "desired", "observed", "plan", "apply", "report"));
    MAY_USE.put("instance", Set.of("cluster"));
    MAY_USE.put("kustomize", Set.of("cluster", "spec"));
    MAY_USE.put("git", Set.of("cluster", "spec", "tls", "kustomize"));
    MAY_USE.put("forge", Set.of("cluster", "spec", "report", "tls"));
    MAY_USE.put("notify", Set.of("cluster", "spec", "report", "tls"));
    MAY_USE.put(
        "postgres",
        Set.of("cluster", "catalog", "observed", "apply", "plan", "desired", "instance", "tls"));
    MAY_USE.put("kube", withTls);
    MAY_USE.put("sandbox", withTls);
    MAY_USE.put(
        "local",
        Stream.concat(decisions.stream(), Stream.of("postgres", "sandbox"))
            .collect(Collectors.toUnmodifiableSet()));
    MAY_USE.put(
        "web",
        Set.of("cluster", "spec", "desired", "observed", "plan", "apply", "report", "reconcile"));
    MAY_USE.put("daemon", Set.copyOf(MAY_USE.keySet()));
    MAY_USE.put("cli", Set.copyOf(MAY_USE.keySet()));
  }

  private static final String[] PURE =
      Stream.of("cluster", "catalog", "sops", "spec", "desired", "observed", "plan", "report")
          .map(ArchitectureTest::inPackage)
          .toArray(String[]::new);

  private static final JavaClasses PROGRAM =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  static Set<String> packages() {
    return MAY_USE.keySet();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void usesOnlyWhatTheTableAllows(String name) {
    var allowed =
        Stream.concat(Stream.of(name), MAY_USE.get(name).stream())
            .map(ArchitectureTest::inPackage)
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(inPackage(name))
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed))))
        .allowEmptyShould(true)
        .check(PROGRAM);
  }

  @Test
  void everyClassIsInAPackageOfTheTable() {
    classes()
        .should()
        .resideInAnyPackage(
            MAY_USE.keySet().stream().map(ArchitectureTest::inPackage).toArray(String[]::new))
        .check(PROGRAM);
  }

  @Test
  void decisionsUseNoClientDatabaseContainerOrLogger() {
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.fabric8.kubernetes.client..",
            "io.quarkus..",
            "io.smallrye..",
            "io.micrometer..",
            "jakarta.enterprise..",
            "jakarta.inject..",
            "org.eclipse.microprofile..",
            "org.eclipse.jgit..",
            "org.postgresql..",
            "org.jboss.logging..",
            "org.slf4j..",
            "java.sql..",
            "javax.sql..",
            "java.nio.file..",
            "java.nio.channels..",
            "java.util.logging..",
            "java.net.http..")
        .check(PROGRAM);
  }

  @Test
  void decisionsUseNoFilesSocketsThreadsOrProcesses() {
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(
            java.io.File.class,
            java.io.FileInputStream.class,
            java.io.FileOutputStream.class,
            java.net.Socket.class,
            java.net.URLConnection.class,
            Thread.class,
            Executor.class,
            Process.class,
            ProcessBuilder.class,
            Runtime.class)
        .check(PROGRAM);
  }

  /** The time, and whatever is random, comes in as an argument. */
  @Test
  void decisionsHaveNoClockNoEnvironmentAndNoChance() {
    var noArguments = new Class<?>[0];
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(Clock.class, java.util.Random.class, java.security.SecureRandom.class)
        .orShould()
        .callMethod(java.time.Instant.class, "now", noArguments)
        .orShould()
        .callMethod(java.time.LocalDateTime.class, "now", noArguments)
        .orShould()
        .callMethod(java.time.ZonedDateTime.class, "now", noArguments)
        .orShould()
        .callMethod(java.time.OffsetDateTime.class, "now", noArguments)
        .orShould()
        .callMethod(System.class, "currentTimeMillis", noArguments)
        .orShould()
        .callMethod(System.class, "nanoTime", noArguments)
        .orShould()
        .callMethod(System.class, "getenv", noArguments)
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .orShould()
        .callMethod(System.class, "getProperty", String.class)
        .orShould()
        .callMethod(System.class, "getProperty", String.class, String.class)
        .orShould()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(UUID.class, "randomUUID", noArguments)
        .orShould()
        .callMethod(Math.class, "random", noArguments)
        .check(PROGRAM);
  }

  @Test
  void namesSayWhatAThingIs() {
    var empty = List.of("util", "utils", "common", "impl", "helper", "helpers");
    assertThat(PROGRAM.stream().map(JavaClass::getPackageName).distinct())
        .noneMatch(name -> List.of(name.split("\\.")).stream().anyMatch(empty::contains));
    assertThat(PROGRAM.stream().map(JavaClass::getSimpleName))
        .noneMatch(name -> name.matches(".*(Manager|Helper|Util|Utils|Impl)$"));
  }

  private static String inPackage(String name) {
    return ROOT + "." + name + "..";
  }
}
