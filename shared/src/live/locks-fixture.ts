import type { LockManagerLike } from './tabs.ts';

/** Web Locks as browsers have them, for a runtime that has none: one holder of a name at a time, in order. */
export function createLocks(): LockManagerLike {
  const tails = new Map<string, Promise<void>>();
  return {
    request: async (name, { signal }, callback) => {
      const before = tails.get(name) ?? Promise.resolve();
      let release = (): void => undefined;
      tails.set(
        name,
        before.then(() => new Promise((resolve) => (release = resolve))),
      );
      await before;
      // In the turn after, the promise above has made `release`.
      await Promise.resolve();
      try {
        signal?.throwIfAborted();
        return await callback();
      } finally {
        release();
      }
    },
  };
}
