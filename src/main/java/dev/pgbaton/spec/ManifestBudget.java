package dev.pgbaton.spec;

/**
 * How much manifests may be, their aliases counted as what they stand for: typed objects take many
 * times the memory of their text, and are kept.
 */
final class ManifestBudget {
  private static final int OF_ALL = 500_000;
  private static final int OF_A_DIRECTORY = 60_000;

  /** One file can't use up its directory's: the cluster in it is still recognised, and named. */
  private static final int OF_A_FILE = 20_000;

  /** Kubernetes' store takes about a million and a half in one object. */
  private static final int CHARACTERS_OF_A_DIRECTORY = 4_000_000;

  /** Of the whole repository: how many values are left. */
  static final class Repository {
    private int left = OF_ALL;
  }

  private final Repository repository;
  private int values;
  private int ofFile;
  private long characters;

  ManifestBudget(Repository repository) {
    this.repository = repository;
  }

  void take(int length) {
    values++;
    ofFile++;
    repository.left--;
    characters += length;
  }

  void nextFile() {
    ofFile = 0;
  }

  boolean spent() {
    return ofFile > OF_A_FILE
        || values > OF_A_DIRECTORY
        || characters > CHARACTERS_OF_A_DIRECTORY
        || repository.left < 0;
  }
}
