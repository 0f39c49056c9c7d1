import { Problem } from '@verbatim/shared';
import { LRUCache } from 'lru-cache';
import { TokenBucket, type Rate } from './token-bucket.ts';

/** For each kind of route: what one person may, and what one network address may with all its people together. */
export const rateClasses = {
  /** Passwords and secrets: each costs a hash, or a guess. */
  credentials: { person: { burst: 20, perMinute: 20 }, address: { burst: 200, perMinute: 120 } },
  /** Sessions and what is looked up about oneself. */
  session: { person: { burst: 60, perMinute: 120 }, address: { burst: 600, perMinute: 3_000 } },
  message: { person: { burst: 120, perMinute: 600 }, address: { burst: 1_200, perMinute: 12_000 } },
  /** Rooms, people and organization. */
  change: { person: { burst: 120, perMinute: 240 }, address: { burst: 1_200, perMinute: 6_000 } },
  /** Reading marks, reactions, favourites: often and small. */
  personal: { person: { burst: 120, perMinute: 600 }, address: { burst: 2_400, perMinute: 24_000 } },
  import: { person: { burst: 120, perMinute: 1_200 }, address: { burst: 240, perMinute: 2_400 } },
  /** Public documents. */
  document: { person: { burst: 60, perMinute: 120 }, address: { burst: 600, perMinute: 1_200 } },
} as const satisfies Record<string, { person: Rate; address: Rate }>;
export type RateClass = keyof typeof rateClasses;

/** Whoever is not among so many most recent callers begins with a full bucket. */
const maxBuckets = 50_000;

/** Token buckets for people and for addresses; the address is the connection's, never what a header claims. */
export class RateLimits {
  readonly #buckets = new LRUCache<string, TokenBucket>({ max: maxBuckets });

  /**
   * Nobody who is refused spends what the others of the address have.
   * @throws Problem `rate-limited` that tells when to come back.
   */
  spend(rateClass: RateClass, address: string, userId: string | undefined): void {
    const { person, address: ofAddress } = rateClasses[rateClass];
    const buckets = [this.#bucket(`${rateClass}|address|${address}`, ofAddress)];
    if (userId !== undefined) buckets.push(this.#bucket(`${rateClass}|person|${userId}`, person));
    const waitSeconds = Math.max(...buckets.map((bucket) => bucket.waitSeconds()));
    if (waitSeconds > 0) throw new Problem('rate-limited', { retryAfterSeconds: Math.ceil(waitSeconds) });
    for (const bucket of buckets) bucket.take();
  }

  #bucket(name: string, rate: Rate): TokenBucket {
    const bucket = this.#buckets.get(name) ?? new TokenBucket(rate);
    this.#buckets.set(name, bucket);
    return bucket;
  }
}
