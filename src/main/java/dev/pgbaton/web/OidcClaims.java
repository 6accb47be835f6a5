package dev.pgbaton.web;

import dev.pgbaton.web.Doorkeeper.Person;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who an ID token's claims say somebody is: the name and the groups that the API server makes of
 * them by its flags of the same names. Stricter in one thing: a name of Kubernetes' own ({@code
 * system:…}, {@code kubeadm:…}) is nobody's.
 */
public record OidcClaims(
    String usernameClaim,
    String usernamePrefix,
    Optional<String> groupsClaim,
    String groupsPrefix) {
  /** Of Kubernetes, and of what sets most clusters up: kubeadm:cluster-admins may do everything. */
  private static final List<String> RESERVED = List.of("system:", "kubeadm:");

  private static final String EMAIL = "email";
  private static final String NO_PREFIX = "-";

  /**
   * @param usernamePrefix {@code -} for none; where it isn't said, the issuer and {@code #}, but
   *     none for the claim email
   * @param groupsPrefix {@code -} for none
   */
  public static OidcClaims of(
      String issuer,
      String usernameClaim,
      Optional<String> usernamePrefix,
      Optional<String> groupsClaim,
      Optional<String> groupsPrefix) {
    return new OidcClaims(
        usernameClaim,
        usernamePrefix
            .map(prefix -> prefix.equals(NO_PREFIX) ? "" : prefix)
            .orElseGet(() -> usernameClaim.equals(EMAIL) ? "" : issuer + "#"),
        groupsClaim,
        groupsPrefix.filter(prefix -> !prefix.equals(NO_PREFIX)).orElse(""));
  }

  /**
   * @param claims of a token that was verified, as JSON has them
   * @throws NotTaken with words for the visitor
   */
  Person person(Map<String, ?> claims) {
    if (!(claims.get(usernameClaim) instanceof String name) || name.isBlank())
      throw new NotTaken(
          "The issuer does not say who you are: there is no text in the claim '%s' (PGBATON_OIDC_USERNAME_CLAIM)."
              .formatted(usernameClaim));
    // An issuer that does not say it has verified all, or none: as the API server takes it.
    if (usernameClaim.equals(EMAIL)
        && claims.containsKey("email_verified")
        && !Boolean.TRUE.equals(claims.get("email_verified")))
      throw new NotTaken("The issuer has not verified your e-mail address.");
    return new Person(
        named(usernamePrefix + name, "USERNAME"),
        groups(claims).stream().map(group -> named(groupsPrefix + group, "GROUPS")).toList());
  }

  /** One group may come as a text instead of a list. */
  private List<String> groups(Map<String, ?> claims) {
    return switch (groupsClaim.<Object>map(claims::get).orElse(null)) {
      case null -> List.of();
      case String one -> List.of(one);
      case List<?> many when many.stream().allMatch(String.class::isInstance) ->
          many.stream().map(String.class::cast).toList();
      default ->
          throw new NotTaken(
              "The claim '%s' is no list of texts (PGBATON_OIDC_GROUPS_CLAIM)."
                  .formatted(groupsClaim.orElseThrow()));
    };
  }

  private static String named(String name, String whose) {
    if (RESERVED.stream().anyMatch(name::startsWith))
      throw new NotTaken(
          "The issuer calls you, or a group of yours, '%s': names that begin with system: or kubeadm: are Kubernetes' own. A prefix (PGBATON_OIDC_%s_PREFIX) tells them apart."
              .formatted(name, whose));
    if (name.chars().anyMatch(Character::isISOControl))
      throw new NotTaken("The issuer gives you a name that nobody can read.");
    return name;
  }

  /** These claims are nobody's. */
  static final class NotTaken extends RuntimeException {
    NotTaken(String message) {
      super(message);
    }
  }
}
