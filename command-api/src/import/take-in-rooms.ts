import {
  importedRoomId,
  Problem,
  roomScope,
  streamOf,
  type ExistingRoom,
  type ImportItem,
} from '@verbatim/shared';
import type { CommandContext } from '../deciding/command-context.ts';
import type { Services } from '../services.ts';
import { decideImportedRoom } from './decide-import.ts';
import { importContext } from './import-context.ts';

export interface ImportedRoom {
  readonly room: ExistingRoom;
  readonly revision: bigint;
}

/** The rooms that the items name, made where they are not there; by their name in the source. */
export async function takeInRooms(
  services: Services,
  base: CommandContext,
  items: readonly ImportItem[],
): Promise<ReadonlyMap<string, ImportedRoom>> {
  const names = new Set(items.flatMap(({ command }) => ('room' in command ? [command.room] : [])));
  const rooms = new Map<string, ImportedRoom>();
  for (const name of names) rooms.set(name, await takeInRoom(services, base, name));
  return rooms;
}

async function takeInRoom(
  { states, runner }: Services,
  base: CommandContext,
  name: string,
): Promise<ImportedRoom> {
  const { organizationId, actorId } = base;
  const roomId = importedRoomId(organizationId, name);
  const known = await states.roomWorld(organizationId, roomId, 'recent');
  if (known.room.status !== 'none') return { room: known.room, revision: known.roomRevision };
  await runner.run(importContext(base, `room:${roomId}`), {
    streams: states.rooms,
    stream: streamOf.room(roomId),
    roomId,
    world: () => Promise.resolve(undefined),
    decide: (room) => decideImportedRoom({ roomId, name, actorId }, room),
    newKeys: [roomScope(roomId)],
  });
  const made = await states.roomWorld(organizationId, roomId, 'recent');
  if (made.room.status === 'none') throw new Problem('busy');
  return { room: made.room, revision: made.roomRevision };
}
