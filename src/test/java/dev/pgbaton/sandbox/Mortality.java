package dev.pgbaton.sandbox;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Kills the daemon at one of its calls to the outside: before the call has had its effect, or right
 * after.
 */
final class Mortality {
  private int left = Integer.MAX_VALUE;
  private boolean before;
  private boolean dead;

  static final class Killed extends Error {
    Killed() {
      super("killed", null, false, false);
    }
  }

  void at(int calls, boolean before) {
    this.left = calls;
    this.before = before;
  }

  boolean dead() {
    return dead;
  }

  <T> T of(Class<T> port, T target) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (_, method, arguments) -> {
              var last = --left <= 0;
              if (dead || last && before) die();
              try {
                var result = method.invoke(target, arguments);
                if (last) die();
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  private void die() {
    dead = true;
    throw new Killed();
  }
}
