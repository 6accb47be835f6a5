package dev.pgbaton.sops;

/** Why a file gives no password, in words for a person: no value of it is among them. */
public final class Refused extends Exception {
  private static final long serialVersionUID = 1;

  public Refused(String message) {
    super(message);
  }
}
