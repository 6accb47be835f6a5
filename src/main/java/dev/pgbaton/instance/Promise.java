package dev.pgbaton.instance;

import java.time.Duration;

/**
 * What a holder that can't renew asks of all others: not to take its Lease for a while.
 *
 * @param life the holder's, see {@link Identity#life}
 * @param epoch in which it holds the Lease: whoever knows of a later one refuses
 * @param span from when it is received
 */
public record Promise(String holder, String life, int epoch, Duration span) {

  /** Whether somebody who knows of this state of the Lease can still stand by it. */
  boolean agreesWith(LeaseState lease) {
    if (lease.epoch() != epoch) return lease.epoch() < epoch;
    return lease.holder().filter(holder::equals).isPresent()
        && lease.holderLife().map(life::equals).orElse(true);
  }
}
