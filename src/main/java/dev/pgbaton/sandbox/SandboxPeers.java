package dev.pgbaton.sandbox;

import dev.pgbaton.instance.InstanceStatus;
import dev.pgbaton.instance.Peer;
import dev.pgbaton.instance.Peers;
import dev.pgbaton.instance.Promise;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Asks the others' programs once a second, or every few milliseconds. */
final class SandboxPeers implements Peers {
  private static final long AT_EASE_MILLIS = 1000;
  private static final long CLOSELY_MILLIS = 10;
  private static final long TIMEOUT_MILLIS = 1000;

  private final Site site;
  private final String self;
  private final LocalClock clock;
  private final Map<String, Peer> latest = new LinkedHashMap<>();
  private final Runnable changed;
  private Set<String> closely = Set.of();
  private boolean closed;
  private boolean paused;
  private int round;

  SandboxPeers(Site site, String self, LocalClock clock, Runnable changed) {
    this.site = site;
    this.clock = clock;
    this.self = self;
    this.changed = changed;
    askAll();
  }

  @Override
  public void among(List<String> instances) {
    if (List.copyOf(latest.keySet()).equals(instances)) return;
    var before = new LinkedHashMap<>(latest);
    latest.clear();
    instances.forEach(
        i ->
            latest.put(i, before.getOrDefault(i, new Peer(i, Optional.empty(), Optional.empty()))));
  }

  /** All of them are asked, whatever the others have said. */
  @Override
  public boolean promise(List<String> names, Promise asked) {
    var all = true;
    for (var name : names) {
      var there =
          site.network().at(name).filter(p -> !p.paused() && site.network().arrives(self, name));
      var given = there.map(p -> p.promise(asked)).orElse(false);
      // It binds whoever gave it, whether the answer arrives or not.
      all &= given && site.network().arrives(name, self);
    }
    return all;
  }

  void close() {
    closed = true;
  }

  void paused(boolean now) {
    paused = now;
  }

  @Override
  public List<Peer> latest() {
    return List.copyOf(latest.values());
  }

  @Override
  public void askClosely(Set<String> instances) {
    if (closely.equals(instances)) return;
    closely = instances;
    if (!instances.isEmpty()) askAgainAndAgain(++round);
  }

  private void askAgainAndAgain(int which) {
    if (closed || which != round || closely.isEmpty()) return;
    if (!paused) latest.keySet().stream().filter(closely::contains).toList().forEach(this::ask);
    site.agenda().in(CLOSELY_MILLIS, () -> askAgainAndAgain(which));
  }

  private void askAll() {
    if (closed) return;
    if (!paused) List.copyOf(latest.keySet()).forEach(this::ask);
    site.agenda().in(AT_EASE_MILLIS, this::askAll);
  }

  private void ask(String peer) {
    var asked = clock.now();
    var program = site.network().reach(self, peer);
    if (program.isPresent()) {
      site.agenda()
          .in(
              site.chance().between(1, 4),
              () -> answered(peer, asked, program.flatMap(InstanceProgram::status)));
    } else {
      site.agenda().in(TIMEOUT_MILLIS, () -> answered(peer, asked, Optional.empty()));
    }
  }

  private void answered(String peer, Duration asked, Optional<InstanceStatus> status) {
    var known = latest.get(peer);
    if (closed || known == null) return;
    if (known.askedAt().filter(at -> at.compareTo(asked) > 0).isPresent()) return;
    latest.put(peer, new Peer(peer, Optional.of(asked), status));
    if (closely.contains(peer)) changed.run();
  }
}
