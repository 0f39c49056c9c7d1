import { Problem } from '@verbatim/shared';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RateLimits, rateClasses, type RateClass } from './rate-limits.ts';

const names = Object.keys(rateClasses) as RateClass[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** How many requests pass until one is refused, and how long the caller is told to wait. */
function spendAll(spend: () => void): { readonly passed: number; readonly waitSeconds: number | undefined } {
  for (let passed = 0; ; passed += 1)
    try {
      spend();
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'rate-limited') throw error;
      return { passed, waitSeconds: error.retryAfterSeconds };
    }
}

describe.each(names)('the limit of %s', (rateClass) => {
  const { person, address } = rateClasses[rateClass];

  it('is one’s own: who spends it all leaves the others of the same address theirs', () => {
    const limits = new RateLimits();
    expect(spendAll(() => limits.spend(rateClass, 'office', 'ann')).passed).toBe(person.burst);
    for (let refused = 0; refused < address.burst; refused += 1)
      expect(() => limits.spend(rateClass, 'office', 'ann')).toThrow(Problem);
    expect(() => limits.spend(rateClass, 'office', 'ben')).not.toThrow();
    expect(() => limits.spend(rateClass, 'home', 'ann')).toThrow(Problem);
  });

  it('is the address’s too, and leaves other addresses theirs', () => {
    const limits = new RateLimits();
    let people = 0;
    expect(spendAll(() => limits.spend(rateClass, 'office', `person ${people++}`)).passed).toBe(
      address.burst,
    );
    expect(() => limits.spend(rateClass, 'home', 'ann')).not.toThrow();
  });

  it('tells when to come back, and lets in whoever does', () => {
    const limits = new RateLimits();
    const { waitSeconds = NaN } = spendAll(() => limits.spend(rateClass, 'home', 'ann'));
    expect(waitSeconds).toBe(Math.ceil(60 / person.perMinute));
    vi.advanceTimersByTime(waitSeconds * 1_000);
    expect(() => limits.spend(rateClass, 'home', 'ann')).not.toThrow();
  });
});
