/**
 * Clusters of real PostgreSQL processes on this machine, without Kubernetes: its API server and
 * controllers are the sandbox' model, what runs in the pods is the instance program over real
 * databases, and clients reach them through a small TCP front.
 */
package dev.pgbaton.local;
