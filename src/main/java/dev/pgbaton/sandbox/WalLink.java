package dev.pgbaton.sandbox;

/** A standby's connection to its upstream, which sends what is new and hears what has arrived. */
final class WalLink {
  /** PostgreSQL's {@code wal_sender_timeout}, as the cluster's settings have it. */
  private static final long TIMEOUT_MILLIS = 5000;

  private final Agenda agenda;
  private final Network network;
  private final PostgresServer upstream;
  private final PostgresServer standby;
  private long latency;
  private long confirmed;
  private long stuckSince = -1;
  private boolean open = true;

  /** One end's machine has lost its power: whoever has its name later is not that end. */
  private boolean severed;

  WalLink(
      Agenda agenda,
      Network network,
      PostgresServer upstream,
      PostgresServer standby,
      long latency) {
    this.agenda = agenda;
    this.network = network;
    this.upstream = upstream;
    this.standby = standby;
    this.latency = latency;
  }

  PostgresServer standby() {
    return standby;
  }

  String upstreamName() {
    return upstream.name();
  }

  boolean open() {
    return open;
  }

  long confirmed() {
    return confirmed;
  }

  void latency(long millis) {
    latency = millis;
  }

  void send(WalBranch branch, long lsn) {
    agenda.in(latency, () -> arrive(branch, lsn));
  }

  private void arrive(WalBranch branch, long lsn) {
    if (!open) return;
    if (!reachable()) {
      if (stuckSince < 0) stuckSince = agenda.millis();
      if (agenda.millis() - stuckSince >= TIMEOUT_MILLIS) close();
      else agenda.in(250, () -> arrive(branch, lsn));
      return;
    }
    stuckSince = -1;
    standby.receive(this, branch, lsn);
    agenda.in(Math.min(latency, 20), () -> confirm(lsn));
  }

  private void confirm(long lsn) {
    if (!open) return;
    confirmed = Math.max(confirmed, lsn);
    upstream.confirmed();
  }

  /** Everything is sent before the upstream ends, to whoever can be reached. */
  void flush(WalBranch branch, long lsn) {
    if (open && reachable()) standby.receive(this, branch, lsn);
  }

  boolean reachable() {
    return !severed
        && network.connected(upstream.name(), standby.name())
        && !upstream.frozen()
        && !standby.frozen();
  }

  void close() {
    if (!open) return;
    open = false;
    upstream.unlinked(this);
    standby.unlinked(this);
  }

  /** The upstream is gone without a word: the standby believes in it for a while. */
  void upstreamVanished() {
    severed = true;
    upstream.unlinked(this);
    agenda.in(TIMEOUT_MILLIS, this::close);
  }

  void standbyVanished() {
    severed = true;
    agenda.in(TIMEOUT_MILLIS, this::close);
  }
}
