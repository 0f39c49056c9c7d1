import { createHmac } from 'node:crypto';

/** The role of whoever only asks: it reads every schema, those that a rebuild makes too, and writes none. */
export const readerName = 'verbatim_reader';

/** Follows from the owner's, so that there is nothing more to keep; the way back is not to be found. */
export function readerPasswordFor(ownerPassword: string): string {
  return createHmac('sha256', ownerPassword).update(readerName).digest('base64url');
}
