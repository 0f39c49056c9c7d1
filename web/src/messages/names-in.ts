import type { MessageView } from '@verbatim/shared/browser';
import type { Names } from '../markdown/nodes.ts';
import type { Directory } from '../people/directory.svelte.ts';
import type { OpenRoom } from '../room/open-room.svelte.ts';
import type { RoomList } from '../rooms/room-list.svelte.ts';

/** What `@…` and `#…` in a text stand for: only those whom the message calls, only rooms that one sees. */
export function namesIn(
  message: Pick<MessageView, 'text'> & { readonly mentions: readonly string[] },
  directory: Directory,
  list: RoomList,
  room?: OpenRoom,
): Names {
  const people = new Map<string, string>();
  for (const id of message.mentions) {
    const name =
      id === 'room'
        ? 'room'
        : (directory.people.get(id)?.displayName ?? room?.replica?.participants.get(id)?.displayName);
    if (name !== undefined) people.set(name, id);
  }
  const rooms = message.text?.includes('#') === true ? list.idsByName : new Map<string, string>();
  return { people, rooms };
}
