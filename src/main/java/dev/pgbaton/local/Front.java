package dev.pgbaton.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One cluster's front, in pgpool's place: every session goes to the primary. A new one waits a
 * little where there is none.
 */
final class Front implements AutoCloseable {
  private static final int FIRST_PORT = 15_432;
  private static final int LAST_PORT = 15_532;
  private static final int PATIENCE_NANOS_EACH = 10_000_000;
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);
  private static final int CONNECT_MILLIS = 500;

  private final ServerSocket listening;
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private volatile Optional<InetSocketAddress> primary = Optional.empty();
  private volatile int epoch;

  private record Session(Socket client, Socket server) {
    void end() {
      close(client);
      close(server);
    }
  }

  Front() throws IOException {
    listening = listener();
    Thread.ofPlatform().name("front-" + listening.getLocalPort()).daemon().start(this::accept);
  }

  private static ServerSocket listener() throws IOException {
    IOException refused = null;
    for (var port = FIRST_PORT; port <= LAST_PORT; port++) {
      var socket = new ServerSocket();
      try {
        socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 100);
        return socket;
      } catch (IOException e) {
        refused = e;
        socket.close();
      }
    }
    throw refused;
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listening.getLocalSocketAddress();
  }

  /**
   * Sessions that are there stay where they are: whoever they lead to ends them by stopping.
   *
   * @param ready whether it says so itself; before that, new sessions wait
   * @return whether it does; a holder of a later epoch may have been here
   */
  synchronized boolean leadTo(int asked, InetSocketAddress address, boolean ready) {
    if (asked < epoch) return false;
    epoch = asked;
    primary = ready ? Optional.of(address) : Optional.empty();
    return true;
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        var client = listening.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        // closed, or this one client went away again
      }
    }
  }

  private void serve(Socket client) {
    var until = System.nanoTime() + PATIENCE;
    while (System.nanoTime() - until < 0 && !listening.isClosed()) {
      var to = primary;
      if (to.isPresent()) {
        try {
          var server = new Socket();
          server.connect(to.get(), CONNECT_MILLIS);
          join(new Session(client, server));
          return;
        } catch (IOException e) {
          // It has just stopped, or is about to start.
        }
      }
      LockSupport.parkNanos(PATIENCE_NANOS_EACH);
    }
    close(client);
  }

  private void join(Session session) throws IOException {
    session.client().setTcpNoDelay(true);
    session.server().setTcpNoDelay(true);
    sessions.add(session);
    Thread.ofVirtual().start(() -> pass(session, session.client(), session.server()));
    pass(session, session.server(), session.client());
  }

  private void pass(Session session, Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // Either end is gone.
    } finally {
      session.end();
      sessions.remove(session);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      // It ends with the process.
    }
    sessions.forEach(Session::end);
  }
}
