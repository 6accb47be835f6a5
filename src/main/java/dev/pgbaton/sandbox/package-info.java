/**
 * A cluster in this process behind the same ports that the adapters implement: Kubernetes'
 * controllers, kubelets and PostgreSQL as a model with one thread, one clock of its own and one
 * seeded source of chance. For development without a cluster, and for simulations of thousands of
 * rollouts with faults.
 */
package dev.pgbaton.sandbox;
