/** OpenBao's, or HashiCorp's Vault's, key-value engine over HTTP. */
package dev.pgbaton.vault;
