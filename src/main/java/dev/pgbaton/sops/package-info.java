/** Files that SOPS encrypted, without any I/O. */
package dev.pgbaton.sops;
