package dev.pgbaton.e2e;

import static org.awaitility.Awaitility.await;

import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;

/** The ways in which a primary goes on purpose. */
enum Departure {
  /** As a rollout begins it: the daemon's request on the Lease, and the pod stays. */
  HANDOFF {
    @Override
    void begin(Estate estate, String primary) {
      var ordinal = Integer.parseInt(primary.substring(primary.lastIndexOf('-') + 1));
      estate.askToHandOff(Shop.ORDERS + "-" + (ordinal + 1) % 3);
    }
  },
  DELETE {
    @Override
    void begin(Estate estate, String primary) {
      var uid = estate.uid(primary);
      estate.kubernetes().resource(estate.pod(primary)).delete();
      awaitAnother(estate, primary, uid);
    }
  },
  EVICT {
    @Override
    void begin(Estate estate, String primary) {
      var pod = estate.pod(primary).getMetadata();
      estate
          .kubernetes()
          .pods()
          .inNamespace(pod.getNamespace())
          .withName(primary)
          .evict(
              new EvictionBuilder()
                  .withNewMetadata()
                  .withName(primary)
                  .withNamespace(pod.getNamespace())
                  .endMetadata()
                  .build());
      awaitAnother(estate, primary, pod.getUid());
    }
  },
  DRAIN {
    @Override
    void begin(Estate estate, String primary) {
      var node = estate.pod(primary).getSpec().getNodeName();
      var kubectl = estate.where().kubectl();
      try {
        // Others' pods on that node, and pgpool's, are not what is measured.
        Shell.run(
            kubectl,
            "drain",
            node,
            "--ignore-daemonsets",
            "--delete-emptydir-data",
            "--timeout=120s",
            "--pod-selector=%s=%s,%s=postgresql"
                .formatted(Names.CLUSTER_LABEL, Shop.ORDERS, Names.COMPONENT_LABEL));
      } finally {
        Shell.run(kubectl, "uncordon", node);
      }
    }
  },
  /** A push of another image. */
  ROLLOUT {
    @Override
    void begin(Estate estate, String primary) throws SQLException {
      var where = estate.where();
      estate.image(
          estate.image().equals(where.postgresImage())
              ? where.nextPostgresImage()
              : where.postgresImage());
    }
  };

  /** Returns when another instance is the primary, and all are there again. */
  void happen(Estate estate) throws SQLException {
    var primary = estate.holder();
    var uid = estate.uid(primary);
    begin(estate, primary);
    await(this + " of " + primary)
        .atMost(Duration.ofSeconds(90))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              var holder = estate.holder();
              return holder != null
                  && !holder.isEmpty()
                  && (!holder.equals(primary) || !Set.of("", uid).contains(estate.uid(primary)));
            });
    estate.awaitSettled();
  }

  abstract void begin(Estate estate, String primary) throws SQLException;

  private static void awaitAnother(Estate estate, String pod, String uid) {
    await("another pod " + pod)
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> !Set.of("", uid).contains(estate.uid(pod)));
  }
}
