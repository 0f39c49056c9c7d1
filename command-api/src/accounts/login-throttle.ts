import { Problem } from '@verbatim/shared';
import { LRUCache } from 'lru-cache';
import { TokenBucket } from '../http/token-bucket.ts';

/** Wrong passwords from one address for one account. */
const perAccountAndAddress = { burst: 10, perMinute: 4 };
/** Wrong passwords for one account from all addresses together that have never logged in to it. */
const perAccountFromStrangers = { burst: 20, perMinute: 4 };
const maxBuckets = 50_000;

/** An attempt that is being made; only wrong ones count in the end. */
export interface Attempt {
  succeeded(): void;
}

/**
 * Slows the guessing of passwords, by account and by address. Whoever has logged in from an address before is not
 * slowed by what others try elsewhere, so that nobody can lock somebody out. Accounts that do not exist are slowed
 * alike, so that this tells nothing about them.
 */
export class LoginThrottle {
  readonly #buckets = new LRUCache<string, TokenBucket>({ max: maxBuckets });

  /** @throws Problem `rate-limited` that tells when to try again. */
  begin(emailHash: string, address: string, isKnownAddress: boolean): Attempt {
    const buckets = [this.#bucket(`${emailHash}|${address}`, perAccountAndAddress)];
    if (!isKnownAddress) buckets.push(this.#bucket(emailHash, perAccountFromStrangers));
    const waitSeconds = Math.max(...buckets.map((bucket) => bucket.waitSeconds()));
    if (waitSeconds > 0) throw new Problem('rate-limited', { retryAfterSeconds: Math.ceil(waitSeconds) });
    for (const bucket of buckets) bucket.take();
    return {
      succeeded: () => {
        for (const bucket of buckets) bucket.giveBack();
      },
    };
  }

  #bucket(name: string, rate: { burst: number; perMinute: number }): TokenBucket {
    const bucket = this.#buckets.get(name) ?? new TokenBucket(rate);
    this.#buckets.set(name, bucket);
    return bucket;
  }
}
