package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With programs in the place of PostgreSQL's that write down what they are told. */
class NewClusterTest {
  @TempDir Path directory;

  @Test
  void noPasswordIsToldToPostgreSqlOnlyWhatVerifiesIt() throws IOException {
    make(NewData.DEFAULT);

    assertThat(Files.readString(directory.resolve("told")))
        .contains("CREATE ROLE repmgr SUPERUSER REPLICATION LOGIN PASSWORD 'SCRAM-SHA-256$4096:")
        .startsWith("SCRAM-SHA-256$4096:")
        .doesNotContain("of-postgres", "of-repmgr", "of-pgbaton");
    assertThat(directory.resolve("run")).isEmptyDirectory();
  }

  @Test
  void theDataSaysThatItsSuperuserStaysLocalUnlessThePasswordsAreSomebodys() throws IOException {
    assertThat(DataFiles.keepSuperuserLocal(make(NewData.DEFAULT))).isTrue();
    assertThat(DataFiles.keepSuperuserLocal(make(new NewData(List.of(), false)))).isFalse();
  }

  private Path make(NewData data) throws IOException {
    program(
        "initdb",
        """
        for argument; do
          case $argument in
            --pgdata=*) rm -rf "${argument#*=}" && mkdir "${argument#*=}" ;;
            --pwfile=*) cat "${argument#*=}" >> %s ;;
          esac
        done
        """
            .formatted(directory.resolve("told")));
    program("postgres", "cat >> %s\n".formatted(directory.resolve("told")));
    var paths =
        new InstancePaths(
            directory.resolve("bin"),
            directory.resolve("pgdata"),
            directory.resolve("run"),
            directory.resolve("restart.conf"),
            directory);
    var credentials =
        new Credentials(
            new Password("of-postgres"), new Password("of-repmgr"), new Password("of-pgbaton"));
    var made =
        new NewCluster(paths, new CurrentCredentials(credentials), data)
            .make(paths.data(), _ -> {});
    assertThat(made.well()).as(made.output()).isTrue();
    return paths.data();
  }

  private void program(String name, String script) throws IOException {
    var file = Files.createDirectories(directory.resolve("bin")).resolve(name);
    Files.writeString(file, "#!/bin/bash\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
