package dev.pgbaton.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the instances are told on the Lease of passwords that changed in a person's manifests: which
 * state of their Secrets it is, and where to read it. Once all of them have it, nothing is to be
 * read any more, and the right to do so is gone.
 *
 * @param id of that state
 * @param places the superuser's, and repmgr's if it lies in a Secret; empty once all have taken it
 */
public record ToldPasswords(String id, List<PasswordPlace> places) {
  public String text() {
    return Stream.concat(
            Stream.of(id), places.stream().map(place -> place.secret() + "/" + place.key()))
        .collect(Collectors.joining(" "));
  }

  public boolean isOver() {
    return places.isEmpty();
  }

  public ToldPasswords over() {
    return new ToldPasswords(id, List.of());
  }

  /** Empty where it is none. */
  public static Optional<ToldPasswords> parse(String text) {
    var words = text.strip().split(" ");
    if (words[0].isEmpty()) return Optional.empty();
    var places = new ArrayList<PasswordPlace>();
    for (var word : List.of(words).subList(1, words.length)) {
      var parts = word.split("/", -1);
      if (parts.length != 2) return Optional.empty();
      places.add(new PasswordPlace(parts[0], parts[1]));
    }
    return Optional.of(new ToldPasswords(words[0], List.copyOf(places)));
  }
}
