package dev.pgbaton.sandbox;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.report.EventSink;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Consumer;

/** The ports for many threads: the model itself has one. */
record SandboxPorts(
    ClusterReader reader,
    ClusterWriter writer,
    InstanceProbe probe,
    Journal journal,
    WriteProbe writeProbe,
    EventSink events) {

  SandboxPorts(World world, DaemonCache cache, Consumer<String> log) {
    this(
        new Reading(world, new SandboxReader(world.store(), cache, world.api())),
        new Writing(
            world,
            new SandboxWriter(world.store(), world.apply(), world.deletions(), cache, world.api())),
        probe(world),
        new Keeping(world, world.journal()),
        new Measuring(world, new SandboxWriteProbe(world)),
        (layout, warning, reason, text) ->
            log.accept(
                "%s %s %s: %s"
                    .formatted(warning ? "Warning" : "Normal", layout.id(), reason, text)));
  }

  private static InstanceProbe probe(World world) {
    var probe = new SandboxProbe(world);
    return (ClusterLayout layout, List<Pod> pods, Set<String> settings) -> {
      synchronized (world) {
        return probe.ask(layout, pods, settings);
      }
    };
  }

  private record Reading(Object lock, ClusterReader reader) implements ClusterReader {
    @Override
    public ClusterSnapshot cached(ClusterLayout layout, Set<ObjectKey> wanted) {
      synchronized (lock) {
        return reader.cached(layout, wanted);
      }
    }

    @Override
    public ClusterSnapshot live(ClusterLayout layout, Set<ObjectKey> wanted) {
      synchronized (lock) {
        return reader.live(layout, wanted);
      }
    }
  }

  private record Writing(Object lock, ClusterWriter writer) implements ClusterWriter {
    @Override
    public Written write(DesiredObject object) {
      synchronized (lock) {
        return writer.write(object);
      }
    }

    @Override
    public Written evict(ClusterLayout layout, PodRef pod) {
      synchronized (lock) {
        return writer.evict(layout, pod);
      }
    }

    @Override
    public Written deletePod(ClusterLayout layout, PodRef pod) {
      synchronized (lock) {
        return writer.deletePod(layout, pod);
      }
    }

    @Override
    public Written requestHandoff(ClusterLayout layout, String leaseVersion, PodRef candidate) {
      synchronized (lock) {
        return writer.requestHandoff(layout, leaseVersion, candidate);
      }
    }

    @Override
    public Written requestRestart(ClusterLayout layout, String leaseVersion, PodRef holder) {
      synchronized (lock) {
        return writer.requestRestart(layout, leaseVersion, holder);
      }
    }

    @Override
    public Written annotateReload(ClusterLayout layout, PodRef pod, String hash) {
      synchronized (lock) {
        return writer.annotateReload(layout, pod, hash);
      }
    }

    @Override
    public Written labelRole(ClusterLayout layout, PodRef pod, Role role) {
      synchronized (lock) {
        return writer.labelRole(layout, pod, role);
      }
    }

    @Override
    public Written delete(ObjectKey key, String uid) {
      synchronized (lock) {
        return writer.delete(key, uid);
      }
    }
  }

  private record Keeping(Object lock, Journal journal) implements Journal {
    @Override
    public JournalEntry read(ClusterId id) {
      synchronized (lock) {
        return journal.read(id);
      }
    }

    @Override
    public Optional<JournalEntry> write(ClusterId id, JournalEntry entry) {
      synchronized (lock) {
        return journal.write(id, entry);
      }
    }

    @Override
    public SortedSet<ClusterId> clusters() {
      synchronized (lock) {
        return journal.clusters();
      }
    }
  }

  private record Measuring(Object lock, WriteProbe probe) implements WriteProbe {
    @Override
    public void start(ClusterLayout layout) {
      synchronized (lock) {
        probe.start(layout);
      }
    }

    @Override
    public Optional<Duration> longestGap(ClusterLayout layout) {
      synchronized (lock) {
        return probe.longestGap(layout);
      }
    }

    @Override
    public void stop(ClusterLayout layout) {
      synchronized (lock) {
        probe.stop(layout);
      }
    }
  }
}
