/** Which stretch of a room's messages is asked for. */
export type Stretch =
  | { readonly side: 'before' | 'after'; readonly seq: number }
  | { readonly side: 'around'; readonly seq: number }
  | { readonly side: 'newest' };

export interface StretchFields {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly around?: number | undefined;
}

/**
 * A cursor takes the place of the seq and keeps the direction; what began in the middle or at the newest goes on
 * towards the oldest.
 */
export function stretchOf({ before, after, around }: StretchFields, cursor: number | undefined): Stretch {
  if (after !== undefined) return { side: 'after', seq: cursor ?? after };
  const end = cursor ?? before;
  if (end !== undefined) return { side: 'before', seq: end };
  return around === undefined ? { side: 'newest' } : { side: 'around', seq: around };
}

/** The part of what was found that makes the page, and whether the room goes on beyond it. */
export interface Cut<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}

/** @param found ascending, at most one more than `limit`. */
export function cutAtOldest<Item>(found: readonly Item[], limit: number): Cut<Item> {
  return { items: found.slice(-limit), hasMore: found.length > limit };
}

/**
 * @param older ascending, up to and with the one asked for; at most one more than `limit`.
 * @param newer ascending, after it.
 * @returns as many of either side as can be had of `limit`; `hasMore` is about the older ones.
 */
export function cutAround<Item>(older: readonly Item[], newer: readonly Item[], limit: number): Cut<Item> {
  const wantedNewer = Math.max(Math.floor(limit / 2), limit - older.length);
  const after = newer.slice(0, wantedNewer);
  const before = older.slice(-(limit - after.length));
  return { items: [...before, ...after], hasMore: older.length > before.length };
}
