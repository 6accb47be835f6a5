package dev.pgbaton.e2e;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The networks of the nodes, which are network namespaces of this machine: a thread that entered
 * one reaches what lies on that node also while the node is cut off from all others.
 */
final class NodeNetwork {
  private static final String MACHINE = "/proc/self/ns/net";
  private static final int CLONE_NEWNET = 0x40000000;
  private static final MethodHandle OPEN =
      function(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle SETNS =
      function(
          "setns",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final int OURS = open(MACHINE);

  private NodeNetwork() {}

  /** From now on the calling platform thread's new sockets are opened on that node. */
  static void enter(String node) {
    // A few open files more are no trouble, and threads come back to the same nodes.
    setns(open("/run/netns/" + node));
  }

  static void leave() {
    setns(OURS);
  }

  private static int open(String path) {
    try (var arena = Arena.ofConfined()) {
      return checked(path, (int) OPEN.invokeExact(arena.allocateFrom(path), 0));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(path, e);
    }
  }

  private static void setns(int file) {
    if (Thread.currentThread().isVirtual())
      throw new IllegalStateException("a virtual thread has no network of its own");
    try {
      checked("setns", (int) SETNS.invokeExact(file, CLONE_NEWNET));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("setns", e);
    }
  }

  private static int checked(String what, int result) {
    if (result < 0) throw new IllegalStateException(what + " was refused: is this root?");
    return result;
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(
      String name, FunctionDescriptor signature, Linker.Option... options) {
    var linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().find(name).orElseThrow(), signature, options);
  }
}
