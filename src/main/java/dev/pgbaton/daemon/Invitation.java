package dev.pgbaton.daemon;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.local.LocalSandbox;
import java.nio.file.Path;

/** What somebody who has just started a sandbox with real databases may try. */
final class Invitation {
  private static final ClusterId ORDERS = new ClusterId("shop", "orders");

  private Invitation() {}

  /**
   * @param begun whether the repository was made just now
   */
  static String of(LocalSandbox sandbox, Path repository, boolean begun, String page) {
    var postmaster =
        sandbox.directory().resolve("instances/shop/$P/volume/pgdata/postmaster.pid").toString();
    return """

        Real PostgreSQL on this machine: shop/orders with three instances, shop/minimal with one. In some seconds they are there.

        look    %1$s
        log in  PGPASSFILE=%2$s psql -h 127.0.0.1 -p %3$d -U postgres
        change  cd %4$s
                sed -i 's/shared_buffers: .*/shared_buffers: 128MB/' clusters/orders.yaml && git commit -am 'Smaller buffers'
        break   sed -i 's#postgres:17$#postgres:17-typo#' clusters/orders.yaml && git commit -am 'A bad image'
        mend    git revert --no-edit HEAD
        kill    P=orders-0; kill -9 $(head -1 %5$s)
        drain   curl -X POST %1$s/sandbox/shop/orders/orders-0/delete-pod

        Each change is one rollout: replicas first, then one handoff; its longest gap between two writes through the front is said below.
        What each instance says and does: %6$s
        Ctrl-C ends all of it; the repository stays.%7$s
        """
        .formatted(
            page,
            sandbox.passwordFile(),
            sandbox.front(ORDERS).getPort(),
            repository,
            postmaster,
            sandbox.directory().resolve("instances/shop/*/*.log"),
            begun ? "" : " It is that of an earlier run, as that left it.");
  }
}
