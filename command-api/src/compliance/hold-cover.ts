import { utcDay, type LegalHold, type RoomDay } from '@verbatim/shared';

/** The rooms that people named by holds were ever in, or wrote in. */
export type Reach = ReadonlyMap<string, ReadonlySet<string>>;

/** When somebody was in a room or wrote there, from day to day, UTC; both days included. */
export interface Stay {
  readonly roomId: string;
  readonly from: string;
  /** Null while it goes on. */
  readonly to: string | null;
}

/** A hold covers what everybody said in the rooms concerned: those it names, and those of the people it names. */
export function coversRoomDay(hold: LegalHold, { roomId, day }: RoomDay, reach: Reach): boolean {
  return overlaps(hold, { roomId, from: day, to: day }) && concerns(hold, roomId, reach);
}

/** Whoever is named is held as a whole, by name and address too; all others where they took part. */
export function coversPerson(hold: LegalHold, userId: string, stays: readonly Stay[], reach: Reach): boolean {
  if (hold.userIds?.includes(userId) === true) return true;
  return stays.some((stay) => overlaps(hold, stay) && concerns(hold, stay.roomId, reach));
}

function concerns({ roomIds, userIds }: LegalHold, roomId: string, reach: Reach): boolean {
  if (roomIds?.includes(roomId) === true) return true;
  return userIds?.some((userId) => reach.get(userId)?.has(roomId) === true) ?? false;
}

/** Keys are made for whole days, so that a part of a day holds all of it. */
function overlaps(hold: LegalHold, stay: Stay): boolean {
  const isBefore = hold.from !== null && stay.to !== null && stay.to < utcDay(hold.from);
  const isAfter = hold.to !== null && stay.from > utcDay(hold.to);
  return !isBefore && !isAfter;
}

/** Everybody whom holds name: whose rooms must be known to tell what is held. */
export const peopleNamedBy = (holds: Iterable<LegalHold>): readonly string[] => [
  ...new Set([...holds].flatMap(({ userIds }) => userIds ?? [])),
];
