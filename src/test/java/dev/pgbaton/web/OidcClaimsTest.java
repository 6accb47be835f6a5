package dev.pgbaton.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgbaton.web.Doorkeeper.Person;
import dev.pgbaton.web.OidcClaims.NotTaken;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API server makes of a token, where nothing else is said. */
class OidcClaimsTest {
  private static final String ISSUER = "https://git.example.com";

  @Test
  void withoutSettingsSomebodyIsTheirSubjectBehindTheIssuer() {
    assertThat(names("sub", null).person(Map.of("sub", "42", "groups", List.of("dba"))))
        .isEqualTo(new Person("https://git.example.com#42", List.of()));
  }

  @Test
  void anEMailAddressIsUniqueWithoutThat() {
    assertThat(names("email", null).person(Map.of("email", "alice@example.com")).user())
        .isEqualTo("alice@example.com");
    assertThat(names("email", "oidc:").person(Map.of("email", "alice@example.com")).user())
        .isEqualTo("oidc:alice@example.com");
  }

  @Test
  void aHyphenIsNoPrefix() {
    assertThat(names("preferred_username", "-").person(Map.of("preferred_username", "alice")))
        .isEqualTo(new Person("alice", List.of()));
  }

  @Test
  void anAddressThatTheIssuerHasNotVerifiedIsNobodys() {
    for (var verified : Arrays.<Object>asList(false, "true", 1))
      assertThatThrownBy(
              () ->
                  names("email", null)
                      .person(Map.of("email", "alice@example.com", "email_verified", verified)))
          .as("%s", verified)
          .isInstanceOf(NotTaken.class)
          .hasMessageContaining("not verified");
    assertThat(
            names("email", null)
                .person(Map.of("email", "alice@example.com", "email_verified", true))
                .user())
        .isEqualTo("alice@example.com");
    // Of somebody's name it says nothing.
    assertThat(names("sub", "-").person(Map.of("sub", "42", "email_verified", false)).user())
        .isEqualTo("42");
  }

  @Test
  void whoHasNoNameIsNobody() {
    for (var claims : List.<Map<String, ?>>of(Map.of(), Map.of("sub", ""), Map.of("sub", " ")))
      assertNobody(claims);
    assertNobody(Map.of("sub", 42));
    assertNobody(Map.of("sub", List.of("42")));
  }

  private static void assertNobody(Map<String, ?> claims) {
    assertThatThrownBy(() -> names("sub", "oidc:").person(claims))
        .as("%s", claims)
        .isInstanceOf(NotTaken.class)
        .hasMessageContaining("'sub'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"system:admin", "system:serviceaccount:kube-system:x", "system:"})
  void namesOfKubernetesOwnAreNobodys(String name) {
    assertThatThrownBy(() -> names("sub", "-").person(Map.of("sub", name)))
        .isInstanceOf(NotTaken.class)
        .hasMessageContaining("PGBATON_OIDC_USERNAME_PREFIX");
    assertThatThrownBy(() -> names("sub", "system:").person(Map.of("sub", "admin")))
        .isInstanceOf(NotTaken.class);
    assertThat(names("sub", "oidc:").person(Map.of("sub", name)).user()).isEqualTo("oidc:" + name);
  }

  @Test
  void groupsOfKubernetesOwnAreNobodys() {
    var claims = Map.of("sub", "42", "groups", List.of("dba", "system:masters"));
    assertThatThrownBy(() -> withGroups(null).person(claims))
        .isInstanceOf(NotTaken.class)
        .hasMessageContaining("PGBATON_OIDC_GROUPS_PREFIX");
    assertThatThrownBy(
            () -> withGroups("-").person(Map.of("sub", "42", "groups", "kubeadm:cluster-admins")))
        .isInstanceOf(NotTaken.class);
    assertThat(withGroups("oidc:").person(claims).groups())
        .containsExactly("oidc:dba", "oidc:system:masters");
  }

  @Test
  void groupsComeAsAListOrAsOneText() {
    assertThat(withGroups(null).person(Map.of("sub", "42", "groups", List.of("b", "a"))).groups())
        .containsExactly("b", "a");
    assertThat(withGroups("g/").person(Map.of("sub", "42", "groups", "dba")).groups())
        .containsExactly("g/dba");
    assertThat(withGroups(null).person(Map.of("sub", "42")).groups()).isEmpty();
  }

  @Test
  void groupsThatAreSomethingElseAreNotGuessedAt() {
    for (var groups : List.of(7, Map.of("dba", true), List.of("dba", 7)))
      assertThatThrownBy(() -> withGroups(null).person(Map.of("sub", "42", "groups", groups)))
          .as("%s", groups)
          .isInstanceOf(NotTaken.class)
          .hasMessageContaining("'groups'");
  }

  @Test
  void aNameIsOneLine() {
    assertThatThrownBy(() -> names("sub", "-").person(Map.of("sub", "alice\nINFO bob")))
        .isInstanceOf(NotTaken.class);
  }

  private static OidcClaims names(String claim, String prefix) {
    return OidcClaims.of(
        ISSUER, claim, Optional.ofNullable(prefix), Optional.empty(), Optional.empty());
  }

  private static OidcClaims withGroups(String prefix) {
    return OidcClaims.of(
        ISSUER, "sub", Optional.of("-"), Optional.of("groups"), Optional.ofNullable(prefix));
  }
}
