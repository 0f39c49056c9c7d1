/**
 * What a vault key protects, as text: it stands in every sealed box and leads the vault's table. Erasure destroys
 * a person's key, retention a room-day's; a hold keeps both.
 */
export type KeyScope =
  | `person:${string}`
  | `room:${string}`
  | `room-day:${string}:${string}`
  | `export:${string}`
  | 'organization';

export const personScope = (userId: string): KeyScope => `person:${userId}`;
export const roomScope = (roomId: string): KeyScope => `room:${roomId}`;
/** @param day the UTC day of the message, `2026-11-22`. */
export const roomDayScope = (roomId: string, day: string): KeyScope => `room-day:${roomId}:${day}`;
/** A finished export as it is kept; an erasure destroys those of all exports that may hold what it erases. */
export const exportScope = (exportId: string): KeyScope => `export:${exportId}`;
export const organizationScope: KeyScope = 'organization';

/** The UTC day of an ISO 8601 time. */
export const utcDay = (time: string): string => new Date(time).toISOString().slice(0, 10);
