import { MalformedEventError } from '@verbatim/shared';

const lastYear = 9_999;

/** A time of an event, as ISO 8601 with milliseconds; what Postgres could not hold is malformed. */
export function instantOf(text: string): string {
  const time = new Date(text);
  const year = time.getUTCFullYear();
  if (!(year >= 1 && year <= lastYear)) throw new MalformedEventError(`${text} is not a time`);
  return time.toISOString();
}
