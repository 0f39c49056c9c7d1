import { rankByName } from '../composer/completion.ts';
import { roomOrder } from '../rooms/room-order.ts';
import { otherPerson, roomTitle } from '../rooms/room-title.ts';
import type { IconName } from '../ui/icons.ts';
import type { Workspace } from './workspace.svelte.ts';

export interface SwitcherTarget {
  readonly kind: 'room' | 'person' | 'search';
  readonly id: string;
  readonly label: string;
  readonly note: string;
  readonly icon: IconName;
  readonly unread: number;
  /** Whose avatar stands before it. */
  readonly personId?: string;
}

const maxTargets = 12;

/** Where one may want to go: unread rooms first, then by name; people without a conversation yet; search at the end. */
export function switcherTargets(workspace: Workspace, query: string): SwitcherTarget[] {
  const { list, directory, myId } = workspace;
  const rooms = roomOrder(list.all, directory, myId).map((room): SwitcherTarget => {
    const isDirect = room.kind === 'direct';
    return {
      kind: 'room',
      id: room.id,
      label: roomTitle(room, directory, myId),
      note: room.topic,
      icon: room.visibility === 'private' ? 'lock' : 'hash',
      unread: room.unread,
      ...(isDirect && { personId: otherPerson(room, myId) }),
    };
  });
  const typed = query.trim();
  if (typed === '') return rooms.toSorted((one, other) => other.unread - one.unread).slice(0, maxTargets);
  const met = new Set(rooms.map(({ personId }) => personId));
  const people = directory.active
    .filter(({ id }) => !met.has(id))
    .map((person): SwitcherTarget => ({
      kind: 'person',
      id: person.id,
      label: person.displayName,
      note: 'New direct message',
      icon: 'person',
      unread: 0,
      personId: person.id,
    }));
  const found = rankByName([...rooms, ...people], ({ label }) => label, typed).slice(0, maxTargets);
  const search = {
    kind: 'search',
    id: 'search',
    label: `Search messages for “${typed}”`,
    note: '',
    icon: 'search',
    unread: 0,
  } as const;
  return [...found, search];
}
