import { positionSchema, Problem } from '@verbatim/shared';

/** Positions of the log are unsigned 64-bit numbers. */
const maxPosition = 2n ** 64n - 1n;

/**
 * The `X-Min-Position` of a request, if it has one.
 * @throws Problem `malformed` when it is not a position.
 */
export function readMinPosition(header: string | undefined): bigint | undefined {
  if (header === undefined) return undefined;
  const position = positionSchema.safeParse(header).success ? BigInt(header) : maxPosition + 1n;
  if (position > maxPosition)
    throw new Problem('malformed', { detail: 'X-Min-Position must be a decimal position.' });
  return position;
}
