import { z } from 'zod';

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const clientChosenPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Any id of ours; upper case is accepted at the edge and lowered, so that one thing has one name. */
export const idSchema = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.string().regex(uuidPattern, 'must be a UUID'));

/** An id that a client may choose for a room or a message: v4 or v7; v5 is kept for derived ones. */
export const clientChosenIdSchema = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.string().regex(clientChosenPattern, 'must be a version 4 or version 7 UUID'));

/** A position in the log: a decimal string, since it outgrows a double. */
export const positionSchema = z.string().regex(/^\d{1,20}$/, 'must be a decimal position');
