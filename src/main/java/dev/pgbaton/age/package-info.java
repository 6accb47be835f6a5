/** Private age keys from a mounted file. */
package dev.pgbaton.age;
