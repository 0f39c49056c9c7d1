import { Problem } from '@verbatim/shared';
import { z } from 'zod';

/** Where a hit stands among those that it is ranked with; of two with one score the newer comes first. */
export interface Rank {
  readonly score: number;
  readonly position: bigint;
}

/**
 * A window whose first page was given. All of it is fixed by that page: what is said meanwhile, or a look that takes
 * longer, would else change which hits are ranked among each other, and how.
 */
export interface BegunWindow {
  /** The oldest position that is looked at; 0 where it is the last window. */
  readonly from: bigint;
  /** When the newest hit was said, in milliseconds since 1970: ages are counted from there. */
  readonly newestMs: number;
  /** The last hit that was given. */
  readonly after: Rank;
}

/** Where a page begins. */
export interface Place {
  /** Only what stands before this position is looked at. */
  readonly before: bigint;
  /** Undefined at the beginning of a window. */
  readonly window: BegunWindow | undefined;
}

const endOfLog = 2n ** 63n - 1n;
export const firstPlace: Place = { before: endOfLog, window: undefined };

const positionSchema = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt)
  .refine((position) => position <= endOfLog);
const placeSchema = z.union([
  z.tuple([positionSchema]).transform(([before]): Place => ({ before, window: undefined })),
  z
    .tuple([positionSchema, positionSchema, z.number(), z.number(), positionSchema])
    .transform(([before, from, newestMs, score, position]): Place => ({
      before,
      window: { from, newestMs, after: { score, position } },
    })),
]);

export function writePlace({ before, window }: Place): string {
  const rest =
    window === undefined
      ? []
      : [window.from.toString(), window.newestMs, window.after.score, window.after.position.toString()];
  return Buffer.from(JSON.stringify([before.toString(), ...rest])).toString('base64url');
}

/**
 * A cursor is a place and carries no right.
 * @throws Problem `invalid-cursor`
 */
export function readPlace(cursor: string): Place {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new Problem('invalid-cursor'); // not JSON: not a cursor of ours
  }
  const place = placeSchema.safeParse(json);
  if (!place.success) throw new Problem('invalid-cursor');
  return place.data;
}
