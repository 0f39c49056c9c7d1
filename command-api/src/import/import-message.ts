import {
  importedMessageId,
  importedUserId,
  personScope,
  present,
  Problem,
  roomDayScope,
  streamOf,
  utcDay,
  type ImportedCommand,
  type ImportItem,
  type ImportResult,
  type KeyScope,
} from '@verbatim/shared';
import type { CommandContext } from '../deciding/command-context.ts';
import { findMessage } from '../message/find-message.ts';
import type { Services } from '../services.ts';
import type { Appended, AppendPipeline } from './append-pipeline.ts';
import { importContext } from './import-context.ts';
import { refusedBecause } from './import-items.ts';
import type { ImportedRoom } from './take-in-rooms.ts';

type Sent = Extract<ImportedCommand, { type: 'SendMessage' }>;
export type SentItem = ImportItem & { readonly command: Sent };

/** The keys that messages of the items are sealed with. */
export function keysOfMessages(
  organizationId: string,
  items: readonly ImportItem[],
  rooms: ReadonlyMap<string, ImportedRoom>,
): { readonly people: readonly KeyScope[]; readonly roomDays: readonly KeyScope[] } {
  const people = new Set<KeyScope>();
  const roomDays = new Set<KeyScope>();
  for (const { as, at, command } of items) {
    if (command.type !== 'SendMessage') continue;
    const room = rooms.get(command.room);
    people.add(personScope(importedUserId(organizationId, as.sourceUserId)));
    if (room !== undefined) roomDays.add(roomDayScope(room.room.roomId, utcDay(at)));
  }
  return { people: [...people], roomDays: [...roomDays] };
}

/**
 * Sends a message on its way; `result` tells later what became of it.
 * @throws Problem when it cannot be taken.
 */
export async function beginMessage(
  services: Services,
  base: CommandContext,
  { sourceId, at, as, command }: SentItem,
  { room, revision }: ImportedRoom,
  pipeline: AppendPipeline,
): Promise<{ readonly result: Promise<ImportResult> }> {
  const { organizationId } = base;
  const { roomId } = room;
  if (!room.imported) throw new Problem('forbidden');
  const messageId = importedMessageId(organizationId, sourceId);
  const replyTo = await referredTo(services, organizationId, roomId, 'replyTo', command.replyTo);
  const threadOf = await referredTo(services, organizationId, roomId, 'threadOf', command.threadOf);
  const { appended } = await pipeline.begin(
    importContext(base, `message:${sourceId}`),
    streamOf.message(messageId),
    {
      type: 'MessageSent',
      data: {
        messageId,
        roomId,
        authorId: importedUserId(organizationId, as.sourceUserId),
        day: utcDay(at),
        kind: command.text === '' ? 'system' : (command.kind ?? 'text'),
        mentions: { userIds: [], room: false },
        replyTo,
        threadOf,
        roomRevision: Number(revision),
        source: { id: sourceId, at },
      },
      content: present({ text: command.text }),
    },
    roomId,
  );
  services.knownMessages.remember(messageId, roomId);
  return { result: appended.then((how) => resultOf(services, organizationId, sourceId, messageId, how)) };
}

/** The id of a message that must be there already, or on its way before this one. */
async function referredTo(
  { knownMessages }: Services,
  organizationId: string,
  roomId: string,
  path: string,
  sourceId: string | undefined,
): Promise<string | null> {
  if (sourceId === undefined) return null;
  const messageId = importedMessageId(organizationId, sourceId);
  if ((await knownMessages.roomOf(organizationId, messageId)) === roomId) return messageId;
  throw new Problem('invalid', {
    errors: [{ path: `command.${path}`, message: 'is not a message of this room that was imported before' }],
  });
}

async function resultOf(
  services: Services,
  organizationId: string,
  sourceId: string,
  messageId: string,
  how: Appended,
): Promise<ImportResult> {
  if (how !== 'taken') return { sourceId, status: how === 'new' ? 'imported' : 'already', id: messageId };
  const found = await findMessage(services.states, organizationId, messageId);
  if (found?.source?.id === sourceId) return { sourceId, status: 'already', id: messageId };
  services.knownMessages.forget(messageId);
  return refusedBecause(sourceId, 'id-taken');
}
