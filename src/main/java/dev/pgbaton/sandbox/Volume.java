package dev.pgbaton.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An instance's claim: it survives its pods. */
final class Volume {
  private PgData data;
  private final List<PgData> setAside = new ArrayList<>();

  Optional<PgData> data() {
    return Optional.ofNullable(data);
  }

  /** Whoever fills it has seen to what was there. */
  void fill(PgData with) {
    data = with;
  }

  void setAside() {
    if (data != null) setAside.add(data);
    data = null;
  }

  /** pg_rewind: what is here becomes what the source has. */
  void windBackTo(PgData source) {
    data = source;
  }

  void keepLog() {
    data.handled = true;
  }

  List<PgData> keptAside() {
    return setAside;
  }
}
