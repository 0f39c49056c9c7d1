import { Problem } from '@verbatim/shared';

/** Cursors of the record's lists are leaf indexes: places, of which rights are asked anew. */
const shape = /^\d{1,16}$/;

/** @throws Problem `invalid-cursor` */
export function leafCursor(cursor: string | undefined): bigint | undefined {
  if (cursor === undefined) return undefined;
  if (!shape.test(cursor)) throw new Problem('invalid-cursor');
  return BigInt(cursor);
}
