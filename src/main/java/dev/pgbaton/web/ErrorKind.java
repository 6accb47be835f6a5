package dev.pgbaton.web;

/** What {@code pgbaton_errors_total} tells apart, beside the codes of refusals. */
enum ErrorKind {
  EXCEPTION("a look at a cluster, or at the repository, ended in a way that nobody foresaw"),
  PASS_FAILED("a cluster could not be looked at"),
  POSTPONED(
      "a step was not possible just now, mostly an eviction that a disruption budget refuses"),
  REPOSITORY_EMPTY("the repository, or the directory in it, has nothing"),
  REPOSITORY_UNREACHABLE("the repository could not be read"),
  SPEC_REFUSED("a spec that was taken before is refused"),
  STALE("the world moved between the look and the step, which is planned again"),
  STATUS_NOT_TAKEN("the forge did not take a commit's status, now or for good");

  private final String meaning;

  ErrorKind(String meaning) {
    this.meaning = meaning;
  }

  /** For a person. */
  String meaning() {
    return meaning;
  }
}
