package dev.pgbaton.cli;

import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.LoginsTaken;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ServiceRole;
import dev.pgbaton.cluster.ToldPasswords;
import dev.pgbaton.instance.Condition;
import dev.pgbaton.instance.InstanceLoop;
import dev.pgbaton.instance.InstanceRunner;
import dev.pgbaton.instance.InstanceView;
import dev.pgbaton.instance.Peers;
import dev.pgbaton.instance.ServerState;
import dev.pgbaton.instance.http.HttpPeers;
import dev.pgbaton.instance.http.InstanceServer;
import dev.pgbaton.kube.DeclaredUsers;
import dev.pgbaton.kube.InstanceAddresses;
import dev.pgbaton.kube.InstanceClaims;
import dev.pgbaton.kube.InstanceClient;
import dev.pgbaton.kube.InstanceRoute;
import dev.pgbaton.kube.KubePrimaryLease;
import dev.pgbaton.kube.OwnersPasswords;
import dev.pgbaton.postgres.CurrentCredentials;
import dev.pgbaton.postgres.DeclaredCatalog;
import dev.pgbaton.postgres.LocalFence;
import dev.pgbaton.postgres.LocalPostgres;
import dev.pgbaton.postgres.MountedCredentials;
import dev.pgbaton.postgres.Neighbours;
import dev.pgbaton.postgres.RepmgrCare;
import dev.pgbaton.postgres.Repmgrd;
import dev.pgbaton.postgres.VolumeGauge;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.security.Security;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import picocli.CommandLine.Command;

@Command(
    name = "instance",
    description = "Process 1 of a PostgreSQL pod; see images/postgres/README.md",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it was told to end (SIGTERM), and PostgreSQL has stopped",
      "1:it has failed; the last lines of its log say why",
      "2:the environment is wrong; every mistake is said",
      "64:the command line is wrong"
    })
class InstanceCommand implements Callable<Integer> {
  private static final int CONTROL_PORT = 8009;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (RepmgrVariables.areAClients(System.getenv())) {
      log("no cluster is named in the environment: this pod only has the programs");
      new CountDownLatch(1).await();
    }
    // A peer that was replaced has another address.
    Security.setProperty("networkaddress.cache.ttl", "1");
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
    InstanceEnvironment environment;
    try {
      environment = new InstanceEnvironment(Map.copyOf(System.getenv()), OwnPod.here());
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      return 2;
    }
    run(environment);
    return 0;
  }

  private static void run(InstanceEnvironment environment)
      throws IOException, InterruptedException {
    var self = environment.self;
    var layout = environment.layout;
    var mounted = new MountedCredentials(environment.mountedCredentials);
    var credentials = new CurrentCredentials(mounted.read().orElse(environment.credentials));
    var repmgrd =
        new Repmgrd(
            environment.paths,
            self.name(),
            Neighbours.behind(layout.headlessService()),
            credentials,
            self.instances(),
            environment.reconnectAttempts,
            environment.reconnectInterval,
            InstanceCommand::log);
    var runner = new InstanceRunner(InstanceCommand::log);
    var postgres =
        new LocalPostgres(
            environment.paths,
            self.name(),
            Neighbours.behind(layout.headlessService()),
            credentials,
            environment.newData,
            System.out,
            runner::wake,
            InstanceCommand::log);
    var fence = new LocalFence(postgres.fenced(), environment.paths.data(), InstanceCommand::log);
    Function<String, URI> byName =
        name ->
            URI.create(
                "http://%s.%s:%d/status"
                    .formatted(name, layout.headlessService(), Names.STATUS_PORT));
    var client = InstanceClient.open();
    var addresses = new InstanceAddresses(client, layout.id().namespace(), InstanceCommand::log);
    Peers asked =
        new HttpPeers(
            environment.startsInOrder ? new PublishedLate(byName, addresses::of) : byName,
            runner::wake);
    var claims =
        new InstanceClaims(client, layout.id().namespace(), Names.DATA_CLAIM, InstanceCommand::log);
    var peers =
        environment.startsInOrder
            ? new PeersToCome(
                asked, () -> !Files.exists(environment.paths.data()), claims::isAbsent)
            : asked;
    var lease =
        new KubePrimaryLease(
            client, layout.id().namespace(), layout.lease(), runner::wake, InstanceCommand::log);
    var route =
        new InstanceRoute(
            client,
            layout.id().namespace(),
            layout.primaryService(),
            layout.replicasService(),
            InstanceCommand::log);
    var loop =
        new InstanceLoop(
            self,
            environment.settings,
            postgres,
            lease,
            peers,
            route,
            fence,
            Duration.ofNanos(System.nanoTime()));
    var monitor =
        postgres.monitorRole(
            () ->
                credentials.get().turn().isEmpty()
                    ? Optional.of(environment.monitorPassword())
                    : credentials.get().of(ServiceRole.MONITOR.owner()));
    // Manifests give the passwords in the environment, which no running process gets anew.
    var roles =
        environment.fromEnvironment
            ? postgres.serviceRoles(
                new LoginsTaken(LoginTurn.AT_FIRST.id(), ""),
                new ToldCredentials(
                    () -> lease.note(Names.PASSWORDS).flatMap(ToldPasswords::parse),
                    new OwnersPasswords(client, layout.id().namespace())::read,
                    layout.id(),
                    environment.credentials,
                    environment.paths.run(),
                    InstanceCommand::log))
            : postgres.serviceRoles(LoginsTaken.NOTHING, mounted::read);
    var care = new RepmgrCare(repmgrd, postgres, InstanceCommand::log);
    var declared = new DeclaredUsers(client, layout);
    var catalog = postgres.declaredCatalog(() -> declared.read(DeclaredCatalog.Told::new));
    InstanceServer.start(
        runner,
        new VolumeGauge(environment.paths),
        () ->
            new Condition(
                postgres.setAside(), care.detector(), catalog.taken(), Optional.of(roles.taken())),
        Names.STATUS_PORT,
        CONTROL_PORT);
    // Not before: it waits for the end of what has to be running then.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> terminate(runner, repmgrd), "terminate"));
    log("%s of %s".formatted(self.name(), layout.id()));
    var members = new Members(environment, loop);
    var rehearsal =
        new Rehearsal(
            () -> {
              postgres.rehearse();
              lease.rehearse();
              route.rehearse();
            });
    runner.run(
        loop,
        postgres::state,
        members::look,
        view -> {
          var now = Duration.ofNanos(System.nanoTime());
          if (writes(view)) {
            monitor.look(now);
            catalog.look(lease.note(Names.USERS).filter(hash -> !hash.isEmpty()), now);
          } else {
            catalog.rest();
          }
          if (answers(view)) roles.look(writes(view), now);
          else if (rests(view)) roles.comeWithMounted(now);
          detect(repmgrd, care, postgres.registered(), view);
          rehearsal.attend(view, now);
        });
  }

  private static boolean rests(InstanceView view) {
    return view.server() instanceof ServerState.Stopped
        || view.server() instanceof ServerState.Busy;
  }

  private static boolean answers(InstanceView view) {
    return view.server() instanceof ServerState.Primary && view.memory().handOff().isEmpty()
        || view.server() instanceof ServerState.Standby;
  }

  private static boolean writes(InstanceView view) {
    return view.server() instanceof ServerState.Primary && view.memory().handOff().isEmpty();
  }

  /** repmgrd runs wherever PostgreSQL answers and somebody is known as the primary. */
  private static void detect(
      Repmgrd repmgrd, RepmgrCare care, boolean registered, InstanceView view) {
    var now = Duration.ofNanos(System.nanoTime());
    switch (view.server()) {
      // Its connection is about to be cut off: it would only complain.
      case ServerState.Primary _ when view.memory().handOff().isPresent() -> {
        repmgrd.stop();
        care.rest();
      }
      case ServerState.Primary _ -> {
        if (!registered) return;
        repmgrd.assign(view.self().name(), now);
        care.look(view.self().instances(), now);
      }
      case ServerState.Standby s when s.streamingFrom().isPresent() -> {
        repmgrd.assign(s.streamingFrom().get(), now);
        care.look(List.of(), now);
      }
      case ServerState.Standby _ -> {
        // It has lost its upstream, or has none yet: what ran may notice, nothing new is started.
      }
      case ServerState.Stopped _,
          ServerState.Busy _,
          ServerState.Starting _,
          ServerState.Stopping _ -> {
        repmgrd.stop();
        care.rest();
      }
    }
  }

  private static void terminate(InstanceRunner runner, Repmgrd repmgrd) {
    try {
      runner.terminate();
      repmgrd.stop();
      // Everything has been said and done; nothing of the JVM's own ending is worth waiting for.
      Runtime.getRuntime().halt(0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void log(String line) {
    System.out.println(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " pgbaton " + line);
  }
}
