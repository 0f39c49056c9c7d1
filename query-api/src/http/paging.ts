import { idSchema, limits, Problem, type Page } from '@verbatim/shared';
import { z } from 'zod';

/** No room has so many frames; what is asked beyond is answered as if it had. It leaves room below `integer`'s end. */
const maxSeq = 2_000_000_000;
const maxCursorChars = 64;

export const limitSchema = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number)
  .pipe(z.number().min(1, 'must be at least 1').max(limits.pageItems, `must be at most ${limits.pageItems}`))
  .default(limits.defaultPageItems);

export const seqSchema = z
  .string()
  .regex(/^\d{1,16}$/, 'must be a seq')
  .transform((text) => Math.min(Number(text), maxSeq));

/** What every list takes. A cursor is only a place: what stands there is asked anew with the caller's rights. */
export const pageFields = { limit: limitSchema, cursor: z.string().max(maxCursorChars).optional() };
export const pageQuery = z.strictObject(pageFields);

/** Comes before every id. */
const lowestId = '00000000-0000-0000-0000-000000000000';

/** @throws Problem `invalid-cursor` */
export function idCursor(cursor: string | undefined): string {
  if (cursor === undefined) return lowestId;
  return parsedCursor(idSchema, cursor);
}

/** @throws Problem `invalid-cursor` */
export function seqCursor(cursor: string | undefined): number | undefined {
  return cursor === undefined ? undefined : parsedCursor(seqSchema, cursor);
}

function parsedCursor<Schema extends z.ZodType>(schema: Schema, cursor: string): z.output<Schema> {
  const parsed = schema.safeParse(cursor);
  if (!parsed.success) throw new Problem('invalid-cursor');
  return parsed.data;
}

/** A page of what was asked for with a limit of one more, so that it is known whether there is more. */
export function pageOfRows<Item>(
  found: readonly Item[],
  limit: number,
  cursorOf: (item: Item) => string | number,
): Page<Item> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? String(cursorOf(last)) : null };
}
