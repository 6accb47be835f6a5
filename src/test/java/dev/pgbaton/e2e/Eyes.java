package dev.pgbaton.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Watches every address that an instance ever had, until nothing answers there any more: a pod that
 * was deleted while its node was away may still be running.
 */
final class Eyes implements AutoCloseable {
  private static final long FORGET_AFTER = 60_000_000_000L;
  private static final long FIRST_MOMENTS = 500_000_000L;

  private record GoneOn(String address, long at) {
    boolean firstMoments(Look look) {
      return look.address().equals(address)
          && look.answered() >= at
          && look.begun() <= at + FIRST_MOMENTS;
    }
  }

  private final Supplier<List<Pod>> pods;
  private final String password;
  private final Timeline timeline;
  private final Map<String, AddressEye> eyes = new TreeMap<>();
  private final Map<String, String> names = new ConcurrentHashMap<>();
  private final List<Look> looks = new ArrayList<>();
  private final List<GoneOn> goneOn = new ArrayList<>();
  private final Thread thread;
  private volatile boolean ended;

  /**
   * @param pods the instances' as they are known now; also while the API server is away
   */
  Eyes(Supplier<List<Pod>> pods, String password, Timeline timeline) {
    this.pods = pods;
    this.password = password;
    this.timeline = timeline;
    this.thread = Thread.ofPlatform().name("eyes").start(this::follow);
  }

  /**
   * All of this container stood still, and goes on now. What it was asked before is answered before
   * it notices (docs/promises.md): no commit, for which it lacks the others.
   */
  synchronized void goesOn(Pod pod) {
    goneOn.add(new GoneOn(addressOf(pod), System.nanoTime()));
  }

  /**
   * The looks since the last call that found a writable server, but for a container's first moments
   * after it stood still.
   */
  synchronized List<Look> take() {
    var taken =
        looks.stream().filter(l -> goneOn.stream().noneMatch(g -> g.firstMoments(l))).toList();
    looks.clear();
    return taken;
  }

  String addressOf(Pod pod) {
    return AddressEye.name(pod.getSpec().getNodeName(), pod.getStatus().getPodIP());
  }

  String podAt(String address) {
    return names.getOrDefault(address, address);
  }

  @Override
  public void close() {
    ended = true;
    Threads.join(thread);
    eyes.values().forEach(AddressEye::end);
  }

  private void follow() {
    while (!ended) {
      for (var pod : pods.get()) {
        var ip = pod.getStatus().getPodIP();
        var node = pod.getSpec().getNodeName();
        if (ip == null || node == null) continue;
        var address = AddressEye.name(node, ip);
        names.put(address, pod.getMetadata().getName() + "@" + address);
        eyes.computeIfAbsent(address, _ -> open(node, ip));
      }
      var known = pods.get().stream().map(p -> p.getStatus().getPodIP()).toList();
      eyes.entrySet()
          .removeIf(
              eye -> {
                var gone =
                    eye.getValue().silentNanos() > FORGET_AFTER
                        && known.stream().noneMatch(ip -> eye.getKey().endsWith("/" + ip));
                if (gone) eye.getValue().end();
                return gone;
              });
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private AddressEye open(String node, String ip) {
    return new AddressEye(
        node,
        ip,
        password,
        this::keep,
        change -> timeline.note("eye: %s (%s)", change, podAt(AddressEye.name(node, ip))));
  }

  private synchronized void keep(Look look) {
    looks.add(look);
  }
}
