import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchForStall } from './stall-watch.ts';

const intervalMs = 1_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A subscription that has received up to `received` of a log whose newest event of ours is at `newest`. */
function watched(log: { newest: bigint; head: bigint; received: bigint; heardAt: Date; isHeldUp: boolean }) {
  const stalls: Error[] = [];
  const searchedFrom: (bigint | undefined)[] = [];
  const stop = watchForStall({
    intervalMs,
    newestSince: (since) => {
      searchedFrom.push(since);
      const newest = since === undefined || log.newest > since ? log.newest : undefined;
      return Promise.resolve({ head: log.head, newest, isConclusive: true });
    },
    progress: () => log,
    onStall: (reason) => stalls.push(reason),
  });
  const afterIntervals = (count: number) => vi.advanceTimersByTimeAsync(count * intervalMs);
  return { stalls, searchedFrom, stop, afterIntervals };
}

const upToDate = () => ({ newest: 10n, head: 10n, received: 10n, heardAt: new Date(0), isHeldUp: false });

describe('a subscription', () => {
  it('that has everything may be silent for ever', async () => {
    const { stalls, stop, afterIntervals } = watched(upToDate());
    await afterIntervals(100);
    expect(stalls).toEqual([]);
    stop();
  });

  it('that stays silent though the log has more is stalled', async () => {
    const { stalls, stop, afterIntervals } = watched({ ...upToDate(), newest: 12n, head: 12n });
    await afterIntervals(1);
    expect(stalls).toEqual([]);
    await afterIntervals(1);
    expect(stalls).toHaveLength(1);
    stop();
  });

  it('that hears something in time is not', async () => {
    const log = { ...upToDate(), newest: 12n, head: 12n };
    const { stalls, stop, afterIntervals } = watched(log);
    for (let n = 1; n < 20; n += 1) {
      await afterIntervals(1);
      log.heardAt = new Date(n);
    }
    expect(stalls).toEqual([]);
    stop();
  });

  it('whose consumer is busy is not', async () => {
    const { stalls, stop, afterIntervals } = watched({ ...upToDate(), newest: 12n, isHeldUp: true });
    await afterIntervals(20);
    expect(stalls).toEqual([]);
    stop();
  });

  it('is not searched again for what was searched before', async () => {
    const { searchedFrom, stop, afterIntervals } = watched({ ...upToDate(), head: 5_000n });
    await afterIntervals(3);
    expect(searchedFrom).toEqual([10n, 5_000n, 5_000n]);
    stop();
  });
});
