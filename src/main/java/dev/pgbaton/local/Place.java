package dev.pgbaton.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What one sandbox has for itself: a directory, of which nobody else makes use as long as it runs,
 * and addresses of the loopback network, on which every instance has its usual ports.
 */
public final class Place implements AutoCloseable {
  private static final int MOST = 20;

  private final Path directory;
  private final FileChannel channel;
  private final FileLock lock;
  private final String network;

  private Place(Path directory, FileChannel channel, FileLock lock, String network) {
    this.directory = directory;
    this.channel = channel;
    this.lock = lock;
    this.network = network;
  }

  /**
   * @param directory is taken, or else the same with {@code -2} behind it, and so on
   */
  public static Place take(Path directory) throws IOException {
    for (var i = 1; i <= MOST; i++) {
      var candidate =
          i == 1 ? directory : directory.resolveSibling(directory.getFileName() + "-" + i);
      Files.createDirectories(candidate);
      var own = Files.getOwner(candidate).getName().equals(System.getProperty("user.name"));
      if (!own) continue;
      var channel =
          FileChannel.open(
              candidate.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      var lock = tried(channel);
      if (lock != null) return new Place(candidate, channel, lock, network());
      channel.close();
    }
    throw new IOException("%s and %d others beside it are in use".formatted(directory, MOST - 1));
  }

  private static FileLock tried(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // by somebody in this very process
    }
  }

  /** All of 127.0.0.0/8 is this machine. */
  private static String network() throws IOException {
    IOException refused = null;
    for (var i = 0; i < MOST; i++) {
      var random = ThreadLocalRandom.current();
      var network = "127.%d.%d.".formatted(random.nextInt(2, 250), random.nextInt(1, 250));
      try (var socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getByName(network + "1"), 5432));
        return network;
      } catch (IOException e) {
        refused = e;
      }
    }
    throw new IOException(
        "port 5432 can't be had on any address of the loopback network; a PostgreSQL that listens on all addresses may have it",
        refused);
  }

  public Path directory() {
    return directory;
  }

  String address(int number) {
    return network + number;
  }

  @Override
  public void close() {
    try {
      lock.release();
      channel.close();
    } catch (IOException e) {
      // It ends with the process at the latest.
    }
  }
}
