import {
  importedMessageId,
  importedUserId,
  Problem,
  streamOf,
  type ImportedCommand,
  type ImportItem,
  type ImportResult,
} from '@verbatim/shared';
import type { CommandContext } from '../deciding/command-context.ts';
import { fingerprintOf } from '../deciding/fingerprint.ts';
import { findMessage } from '../message/find-message.ts';
import { withText } from '../message/with-text.ts';
import type { Services } from '../services.ts';
import { decideImportedChange, decideImportedMembership, type ImportedChange } from './decide-import.ts';
import { importContext } from './import-context.ts';
import type { ImportedRoom } from './take-in-rooms.ts';

type Changing = Exclude<ImportedCommand, { type: 'SendMessage' }>;
export type ChangingItem = ImportItem & { readonly command: Changing };

/** @throws Problem when it cannot be taken. */
export async function importChange(
  services: Services,
  base: CommandContext,
  item: ChangingItem,
  rooms: ReadonlyMap<string, ImportedRoom>,
): Promise<ImportResult> {
  const { sourceId, as, command } = item;
  const userId = importedUserId(base.organizationId, as.sourceUserId);
  const context = importContext(
    base,
    `change:${sourceId}`,
    await fingerprintOf(services.keyring, base.organizationId, base.actorId, item),
  );
  const { id, events } =
    'room' in command
      ? await changeMembership(services, context, command, userId, rooms)
      : await changeMessage(services, context, command, userId);
  return { sourceId, status: events.length > 0 ? 'imported' : 'already', id };
}

interface Changed {
  readonly id: string;
  readonly events: readonly unknown[];
}

async function changeMessage(
  services: Services,
  context: CommandContext,
  command: Exclude<Changing, { room: string }>,
  userId: string,
): Promise<Changed> {
  const { organizationId } = context;
  const messageId = importedMessageId(organizationId, command.message);
  const found = await findMessage(services.states, organizationId, messageId);
  if (found === undefined) throw new Problem('not-found');
  const { events } = await services.runner.run(context, {
    streams: services.states.messages,
    stream: streamOf.message(messageId),
    roomId: found.roomId,
    world: () => Promise.resolve(undefined),
    decide: async (unread) =>
      decideImportedChange(
        changeOf(command, userId),
        command.type === 'EditMessage' ? await withText(services, unread) : unread.message,
      ),
  });
  return { id: messageId, events };
}

function changeOf(command: Exclude<Changing, { room: string }>, userId: string): ImportedChange {
  switch (command.type) {
    case 'EditMessage':
      return { type: 'EditMessage', text: command.text };
    case 'DeleteMessage':
      return { type: 'DeleteMessage' };
    case 'React':
      return { type: 'React', userId, emoji: command.emoji };
  }
}

async function changeMembership(
  { states, runner }: Services,
  context: CommandContext,
  command: Extract<Changing, { room: string }>,
  userId: string,
  rooms: ReadonlyMap<string, ImportedRoom>,
): Promise<Changed> {
  const room = rooms.get(command.room)?.room;
  if (room === undefined) throw new Problem('not-found');
  const { events } = await runner.run(context, {
    streams: states.rooms,
    stream: streamOf.room(room.roomId),
    roomId: room.roomId,
    world: () => Promise.resolve(undefined),
    decide: (state) => decideImportedMembership({ type: command.type, userId }, state),
  });
  return { id: room.roomId, events };
}
