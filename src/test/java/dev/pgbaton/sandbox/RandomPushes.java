package dev.pgbaton.sandbox;

import java.util.List;

/** What a team pushes: mostly sense, now and then not. */
final class RandomPushes {
  private final Chance chance;
  private final SpecText spec;
  private int version = 1;

  RandomPushes(Chance chance, SpecText spec) {
    this.chance = chance;
    this.spec = spec;
  }

  /** The first file. */
  void begin() {
    spec.instances = chance.oneOf(List.of(3, 3, 3, 3, 3, 3, 2, 2, 1));
    spec.synchronous = spec.instances > 1 && chance.oneIn(2) ? 1 : 0;
    spec.pgpool = chance.oneIn(3) ? 2 : 0;
  }

  /**
   * @return what it is about
   */
  String change() {
    spec.broken = "";
    if (spec.tag.contains("-")) nextImage();
    return switch (chance.between(0, 14)) {
      case 0 -> {
        spec.tag = "17.%d-does-not-exist".formatted(++version);
        yield "an image that does not exist" + andASetting();
      }
      case 1 -> {
        spec.tag = "17.%d-crashes".formatted(++version);
        yield "an image that crashes" + andASetting();
      }
      case 2 -> {
        spec.parameters.put("max_connections", Integer.toString(chance.between(50, 300)));
        yield "max_connections";
      }
      case 3, 4 -> {
        spec.parameters.put("work_mem", chance.between(1, 64) + "MB");
        yield "work_mem";
      }
      case 5 -> {
        spec.broken = "  no_such_field: 1\n";
        yield "a field that does not exist";
      }
      case 6 -> {
        spec.instances = chance.between(1, 3);
        spec.synchronous = Math.min(spec.synchronous, spec.instances - 1);
        yield spec.instances + " instances";
      }
      case 7 -> {
        spec.synchronous = spec.instances > 1 ? 1 - spec.synchronous : 0;
        yield spec.synchronous + " synchronous standbys";
      }
      case 8 -> {
        spec.pgpool = chance.between(0, 3);
        yield spec.pgpool + " pgpools";
      }
      case 9 -> {
        spec.failover = spec.failover.equals("fast") ? "relaxed" : "fast";
        yield "failover " + spec.failover;
      }
      default -> {
        nextImage();
        yield "image " + spec.tag;
      }
    };
  }

  /** What is taken back with it. */
  private String andASetting() {
    if (chance.oneIn(2)) return "";
    spec.parameters.put("work_mem", chance.between(65, 99) + "MB");
    return " and work_mem";
  }

  /** Something that can be carried out. */
  String fix() {
    spec.broken = "";
    nextImage();
    return "image " + spec.tag;
  }

  private void nextImage() {
    spec.tag = "17." + ++version;
  }
}
