import type { Directory } from '../people/directory.svelte.ts';
import type { RoomList } from '../rooms/room-list.svelte.ts';
import { roomTitle } from '../rooms/room-title.ts';
import { escapeInvisible } from '../text/invisible.ts';

interface Option {
  readonly value: string;
  readonly label: string;
}

/** Those gone are part of the record too. */
export const peopleOptions = (directory: Directory): Option[] =>
  [...directory.people.values()]
    .map(({ id, displayName }) => ({ value: id, label: escapeInvisible(displayName) }))
    .sort((one, other) => one.label.localeCompare(other.label));

export const roomOptions = (list: RoomList, directory: Directory, myId: string): Option[] =>
  [...list.all, ...list.archived].map((room) => ({
    value: room.id,
    label: room.kind === 'direct' ? roomTitle(room, directory, myId) : `#${roomTitle(room, directory, myId)}`,
  }));

/** A day of the reader's calendar as the moments it begins and ends; undefined where none was chosen. */
export const startOfDay = (day: string): string | undefined =>
  day === '' ? undefined : new Date(`${day}T00:00:00`).toISOString();
export const endOfDay = (day: string): string | undefined =>
  day === '' ? undefined : new Date(`${day}T23:59:59.999`).toISOString();
