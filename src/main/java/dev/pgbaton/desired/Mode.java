package dev.pgbaton.desired;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** How far pgbaton may go with a cluster. */
public enum Mode {
  /** Only says what it would do. */
  OBSERVE,
  APPLY,
  /** Does nothing, whatever happens. */
  SUSPEND,
  /** Gives the StatefulSet back its owner's update strategy, and then does nothing. */
  LEAVE;

  public static final String ANNOTATION = Names.DOMAIN + "/mode";

  /** As the object's annotation says it; empty if it says nothing, or nothing that is known. */
  static Optional<Mode> of(HasMetadata object) {
    return text(object)
        .flatMap(text -> Stream.of(values()).filter(mode -> mode.word().equals(text)).findFirst());
  }

  static Optional<String> text(HasMetadata object) {
    return Annotations.of(object, ANNOTATION);
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
