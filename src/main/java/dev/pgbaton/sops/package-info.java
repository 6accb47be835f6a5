/**
 * Passwords that are kept elsewhere than in Kubernetes: files that SOPS encrypted, and the ports to
 * what opens or keeps them; no I/O.
 */
package dev.pgbaton.sops;
