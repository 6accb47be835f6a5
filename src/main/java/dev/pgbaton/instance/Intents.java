package dev.pgbaton.instance;

/**
 * What others asked of this instance.
 *
 * @param handOff the pre-stop hook asked: hand over if primary, stay away from candidacy, but stay
 *     up
 * @param terminate the container is to end
 */
public record Intents(boolean handOff, boolean terminate) {
  public static final Intents NONE = new Intents(false, false);

  boolean leaving() {
    return handOff || terminate;
  }
}
