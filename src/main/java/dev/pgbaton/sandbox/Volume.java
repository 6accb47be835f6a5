package dev.pgbaton.sandbox;

import java.util.Optional;

/** An instance's claim: it survives its pods. */
final class Volume {
  private PgData data;

  Optional<PgData> data() {
    return Optional.ofNullable(data);
  }

  /** Whoever fills it has seen to what was there. */
  void fill(PgData with) {
    data = with;
  }

  void setAside() {
    data = null;
  }

  /** pg_rewind: what is here becomes what the source has. */
  void windBackTo(PgData source) {
    data = source;
  }

  void keepLog() {
    data.handled = true;
  }
}
