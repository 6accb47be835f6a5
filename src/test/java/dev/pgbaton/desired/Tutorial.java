package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.SourceRef;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.PlacedObject;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The well-known set of manifests in its own layout, changed here and there as people do. */
public final class Tutorial {
  private static final Path DIRECTORY = Path.of("src/test/resources/dev/pgbaton/desired/tutorial");
  public static final ClusterId ID = new ClusterId("database", "postgres-sts");

  private final List<String[]> changes = new ArrayList<>();
  private final List<String[]> more = new ArrayList<>();
  private ClusterId id = ID;

  public static Tutorial manifests() {
    return new Tutorial();
  }

  /** In every file that has it. */
  public Tutorial with(String text, String instead) {
    changes.add(new String[] {text, instead});
    return this;
  }

  public Tutorial and(String yaml) {
    more.add(new String[] {"more.yaml", yaml});
    return this;
  }

  /** Another cluster with the same files, but for the StatefulSet's own name. */
  Tutorial named(String name) {
    id = new ClusterId(id.namespace(), name);
    return with(ID.name(), name);
  }

  Tutorial in(String namespace) {
    id = new ClusterId(namespace, id.name());
    return this;
  }

  List<PlacedObject> objects() {
    try (Stream<Path> files = Files.walk(DIRECTORY)) {
      return Stream.concat(
              files.filter(Files::isRegularFile).sorted().map(this::read),
              more.stream().map(m -> placed(m[0], m[1])))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public ParsedSpec.Manifests parsed() {
    var objects = objects();
    var source =
        objects.stream()
            .filter(o -> o.object() instanceof StatefulSet)
            .map(PlacedObject::source)
            .findFirst()
            .orElseThrow();
    return new ParsedSpec.Manifests(id, source, "./", objects);
  }

  private PlacedObject read(Path file) {
    try {
      var text = Files.readString(file);
      for (var change : changes) text = text.replace(change[0], change[1]);
      return placed(DIRECTORY.relativize(file).toString(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PlacedObject placed(String file, String yaml) {
    HasMetadata object = new KubernetesSerialization().unmarshal(yaml);
    object.getMetadata().setNamespace(id.namespace());
    var source = new SourceRef(file, 1, 1);
    return new PlacedObject(object, source, _ -> new SourceRef(file, 2, 1));
  }
}
