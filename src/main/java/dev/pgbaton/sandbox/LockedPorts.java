package dev.pgbaton.sandbox;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.JournalEntry;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/**
 * The world has one thread; the daemon has several. Each call through these ports waits for its
 * turn.
 */
final class LockedPorts {
  private LockedPorts() {}

  record Reader(Object turn, ClusterReader to) implements ClusterReader {
    @Override
    public ClusterSnapshot cached(ClusterLayout layout, Set<ObjectKey> wanted) {
      synchronized (turn) {
        return to.cached(layout, wanted);
      }
    }

    @Override
    public ClusterSnapshot live(ClusterLayout layout, Set<ObjectKey> wanted) {
      synchronized (turn) {
        return to.live(layout, wanted);
      }
    }
  }

  record Writer(Object turn, ClusterWriter to) implements ClusterWriter {
    @Override
    public Written write(DesiredObject object) {
      synchronized (turn) {
        return to.write(object);
      }
    }

    @Override
    public Written evict(ClusterLayout layout, PodRef pod) {
      synchronized (turn) {
        return to.evict(layout, pod);
      }
    }

    @Override
    public Written deletePod(ClusterLayout layout, PodRef pod) {
      synchronized (turn) {
        return to.deletePod(layout, pod);
      }
    }

    @Override
    public Written requestHandoff(ClusterLayout layout, String leaseVersion, PodRef candidate) {
      synchronized (turn) {
        return to.requestHandoff(layout, leaseVersion, candidate);
      }
    }

    @Override
    public Written requestRestart(ClusterLayout layout, String leaseVersion, PodRef holder) {
      synchronized (turn) {
        return to.requestRestart(layout, leaseVersion, holder);
      }
    }

    @Override
    public Written announceUsers(
        ClusterLayout layout, String leaseVersion, String hash, Instant now) {
      synchronized (turn) {
        return to.announceUsers(layout, leaseVersion, hash, now);
      }
    }

    @Override
    public Written rotate(
        ClusterLayout layout, String secretVersion, LoginTurn.Phase phase, String rotation) {
      synchronized (turn) {
        return to.rotate(layout, secretVersion, phase, rotation);
      }
    }

    @Override
    public Written annotateLogins(ClusterLayout layout, PodRef pod, String id) {
      synchronized (turn) {
        return to.annotateLogins(layout, pod, id);
      }
    }

    @Override
    public Written annotateReload(ClusterLayout layout, PodRef pod, String hash) {
      synchronized (turn) {
        return to.annotateReload(layout, pod, hash);
      }
    }

    @Override
    public Written claim(ClusterLayout layout, PodRef pod) {
      synchronized (turn) {
        return to.claim(layout, pod);
      }
    }

    @Override
    public Written labelRole(ClusterLayout layout, PodRef pod, Role role) {
      synchronized (turn) {
        return to.labelRole(layout, pod, role);
      }
    }

    @Override
    public Written delete(ObjectKey key, String uid) {
      synchronized (turn) {
        return to.delete(key, uid);
      }
    }
  }

  record Probe(Object turn, InstanceProbe to) implements InstanceProbe {
    @Override
    public Map<String, Answer> ask(ClusterLayout layout, List<Pod> pods, Set<String> settings) {
      synchronized (turn) {
        return to.ask(layout, pods, settings);
      }
    }
  }

  record Journals(Object turn, Journal to) implements Journal {
    @Override
    public JournalEntry read(ClusterId id) {
      synchronized (turn) {
        return to.read(id);
      }
    }

    @Override
    public Optional<JournalEntry> write(ClusterId id, JournalEntry entry) {
      synchronized (turn) {
        return to.write(id, entry);
      }
    }

    @Override
    public SortedSet<ClusterId> clusters() {
      synchronized (turn) {
        return to.clusters();
      }
    }
  }

  record Writes(Object turn, WriteProbe to) implements WriteProbe {
    @Override
    public void start(ClusterLayout layout) {
      synchronized (turn) {
        to.start(layout);
      }
    }

    @Override
    public Optional<Duration> longestGap(ClusterId id) {
      synchronized (turn) {
        return to.longestGap(id);
      }
    }

    @Override
    public void stop(ClusterId id) {
      synchronized (turn) {
        to.stop(id);
      }
    }
  }
}
