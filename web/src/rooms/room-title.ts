import type { RoomSummaryView } from '@verbatim/shared/browser';
import { escapeInvisible } from '../text/invisible.ts';

interface Names {
  nameOf(userId: string, fallback?: string): string;
}

/** What a room is called: a direct room by its other person. */
export function roomTitle(
  room: Pick<RoomSummaryView, 'kind' | 'name' | 'participantIds'>,
  names: Names,
  myId: string,
): string {
  if (room.kind !== 'direct') return escapeInvisible(room.name ?? 'Unnamed room');
  const other = otherPerson(room, myId);
  return other === myId ? `${names.nameOf(myId)} (you)` : names.nameOf(other);
}

/** The other person of a direct room; oneself in a note to self. */
export const otherPerson = (room: Pick<RoomSummaryView, 'participantIds'>, myId: string): string =>
  room.participantIds.find((id) => id !== myId) ?? myId;
