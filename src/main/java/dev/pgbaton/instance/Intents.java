package dev.pgbaton.instance;

import java.util.Optional;

/**
 * What others asked of this instance.
 *
 * @param handOff the pre-stop hook asked: hand over if primary, stay away from candidacy, but stay
 *     up
 * @param terminate the container is to end
 * @param givenUp the instance of which a person said that its data is given up, so that this one
 *     may become the primary without it
 */
public record Intents(boolean handOff, boolean terminate, Optional<String> givenUp) {
  public static final Intents NONE = new Intents(false, false);

  public Intents(boolean handOff, boolean terminate) {
    this(handOff, terminate, Optional.empty());
  }

  boolean leaving() {
    return handOff || terminate;
  }
}
