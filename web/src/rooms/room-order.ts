import type { RoomSummaryView } from '@verbatim/shared/browser';
import { roomTitle } from './room-title.ts';

interface Names {
  nameOf(userId: string, fallback?: string): string;
}

export interface RoomSection {
  readonly name: 'Favourites' | 'Channels' | 'Direct messages';
  readonly rooms: readonly RoomSummaryView[];
}

/** The sections of the sidebar: names in order, direct rooms by who spoke last. */
export function roomSections(rooms: readonly RoomSummaryView[], names: Names, myId: string): RoomSection[] {
  const byName = (one: RoomSummaryView, other: RoomSummaryView) =>
    roomTitle(one, names, myId).localeCompare(roomTitle(other, names, myId)) ||
    one.id.localeCompare(other.id);
  const byRecency = (one: RoomSummaryView, other: RoomSummaryView) =>
    (other.lastMessage?.createdAt ?? '').localeCompare(one.lastMessage?.createdAt ?? '') ||
    byName(one, other);
  return [
    { name: 'Favourites', rooms: rooms.filter((room) => room.favourite).sort(byName) },
    {
      name: 'Channels',
      rooms: rooms.filter((room) => !room.favourite && room.kind !== 'direct').sort(byName),
    },
    {
      name: 'Direct messages',
      rooms: rooms.filter((room) => !room.favourite && room.kind === 'direct').sort(byRecency),
    },
  ];
}

/** The rooms as one meets them from top to bottom. */
export const roomOrder = (rooms: readonly RoomSummaryView[], names: Names, myId: string): RoomSummaryView[] =>
  roomSections(rooms, names, myId).flatMap((section) => section.rooms);
