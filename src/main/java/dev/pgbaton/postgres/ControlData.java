package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.WalPosition;
import java.util.HashMap;
import java.util.Map;

/** What {@code pg_controldata} says of stopped data. */
record ControlData(String systemIdentifier, WalPosition position, boolean shutDown) {

  /**
   * @throws IllegalArgumentException if something that is needed is not there
   */
  static ControlData parse(String output) {
    var fields = new HashMap<String, String>();
    for (var line : output.lines().toList()) {
      var colon = line.indexOf(':');
      if (colon > 0) fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
    }
    var state = field(fields, "Database cluster state");
    var checkpoint =
        new WalPosition(
            Integer.parseInt(field(fields, "Latest checkpoint's TimeLineID")),
            Lsn.parse(field(fields, "Latest checkpoint location")));
    var recovered =
        new WalPosition(
            Integer.parseInt(field(fields, "Min recovery ending loc's timeline")),
            Lsn.parse(field(fields, "Minimum recovery ending location")));
    return new ControlData(
        field(fields, "Database system identifier"),
        // Zero on what was not a standby.
        recovered.compareTo(checkpoint) > 0 ? recovered : checkpoint,
        state.equals("shut down") || state.equals("shut down in recovery"));
  }

  private static String field(Map<String, String> fields, String name) {
    var value = fields.get(name);
    if (value == null) throw new IllegalArgumentException("pg_controldata says no " + name);
    return value;
  }
}
