package dev.pgbaton.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** As much of a socket as the JDBC driver uses, over a path. */
final class UnixSocket extends Socket {
  private final Path path;
  private SocketChannel channel;
  private Selector readable;
  private Selector writable;
  private volatile int timeout;

  UnixSocket(Path path) {
    this.path = path;
  }

  @Override
  public void connect(SocketAddress ignored) throws IOException {
    connect(ignored, 0);
  }

  @Override
  public void connect(SocketAddress ignored, int milliseconds) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
    channel.configureBlocking(false);
    readable = selector(SelectionKey.OP_READ);
    writable = selector(SelectionKey.OP_WRITE);
  }

  private Selector selector(int operation) throws IOException {
    var selector = Selector.open();
    channel.register(selector, operation);
    return selector;
  }

  private void await(Selector selector) throws IOException {
    if (selector.select(timeout) == 0 && channel.isOpen())
      throw new SocketTimeoutException("PostgreSQL does not answer within " + timeout + " ms");
    selector.selectedKeys().clear();
    if (!channel.isOpen()) throw new SocketException("closed");
  }

  @Override
  public InputStream getInputStream() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        var buffer = ByteBuffer.wrap(into, offset, length);
        while (true) {
          var count = channel.read(buffer);
          if (count != 0 || length == 0) return count;
          await(readable);
        }
      }
    };
  }

  @Override
  public OutputStream getOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] from, int offset, int length) throws IOException {
        var buffer = ByteBuffer.wrap(from, offset, length);
        while (buffer.hasRemaining()) if (channel.write(buffer) == 0) await(writable);
      }
    };
  }

  @Override
  public void setSoTimeout(int milliseconds) {
    timeout = milliseconds;
  }

  @Override
  public int getSoTimeout() {
    return timeout;
  }

  @Override
  public void setTcpNoDelay(boolean on) {
    // there is no delay
  }

  @Override
  public void setKeepAlive(boolean on) {
    // the kernel knows when the other side is gone
  }

  @Override
  public int getSendBufferSize() {
    return 8192;
  }

  @Override
  public int getReceiveBufferSize() {
    return 8192;
  }

  @Override
  public boolean isConnected() {
    return channel != null && channel.isConnected();
  }

  @Override
  public boolean isClosed() {
    return channel != null && !channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    if (channel == null) return;
    channel.close();
    readable.close();
    writable.close();
  }
}
