import type { Connection } from '../tables/connection.ts';
import { inPieces } from '../tables/in-pieces.ts';
import type { ChatPush } from './chat-batch.ts';
import type { ChatEvent } from './chat-event.ts';
import type { ContentStatus } from './timeline-tables.ts';

/** Events that blank content wherever it lies, and so are applied by themselves, after all that came before. */
export type Sweep = Extract<ChatEvent, { type: 'ErasureRequested' | 'ContentErased' | 'RetentionApplied' }>;

export const isSweep = (event: ChatEvent): event is Sweep =>
  event.type === 'ErasureRequested' || event.type === 'ContentErased' || event.type === 'RetentionApplied';

interface ResetRoom {
  readonly roomId: string;
  readonly epoch: number;
}

/** Blanks what the event names and raises the epoch of every room concerned, whether or not it was blank already. */
export async function sweep(connection: Connection, event: Sweep): Promise<ChatPush[]> {
  const { organizationId } = event.metadata;
  const rooms =
    event.type === 'RetentionApplied'
      ? await expire(connection, organizationId, event.data.roomDays)
      : await erase(connection, organizationId, event.data.userId);
  return rooms.map(({ roomId, epoch }) => ({ kind: 'reset', organizationId, roomId, epoch }));
}

/** Everything of a person, what retention had taken already included; deleted messages stay deleted. */
async function erase(connection: Connection, organizationId: string, userId: string): Promise<ResetRoom[]> {
  const person = [organizationId, userId];
  await connection.query(
    `UPDATE person SET display_name = NULL WHERE organization_id = $1 AND user_id = $2`,
    person,
  );
  const messages = inPieces<MessageOfRoom>(
    connection,
    `SELECT message_id AS "messageId", room_id AS "roomId" FROM message
     WHERE organization_id = $1 AND author_id = $2`,
    person,
  );
  const blanking = { status: 'erased', instead: ['present', 'expired'] } as const;
  const roomIds = await blank(connection, organizationId, messages, blanking);
  const { rows } = await connection.query<{ roomId: string }>(
    `SELECT room_id AS "roomId" FROM participant WHERE organization_id = $1 AND user_id = $2`,
    person,
  );
  for (const { roomId } of rows) roomIds.add(roomId);
  return reset(connection, organizationId, roomIds);
}

async function expire(
  connection: Connection,
  organizationId: string,
  roomDays: readonly { readonly roomId: string; readonly day: string }[],
): Promise<ResetRoom[]> {
  const messages = inPieces<MessageOfRoom>(
    connection,
    `SELECT message.message_id AS "messageId", message.room_id AS "roomId"
     FROM message JOIN unnest($2::uuid[], $3::text[]) AS given (room_id, day) USING (room_id, day)
     WHERE message.organization_id = $1`,
    [organizationId, roomDays.map(({ roomId }) => roomId), roomDays.map(({ day }) => day)],
  );
  const blanking = { status: 'expired', instead: ['present'] } as const;
  return reset(connection, organizationId, await blank(connection, organizationId, messages, blanking));
}

interface MessageOfRoom {
  readonly messageId: string;
  readonly roomId: string;
}

interface Blanking {
  readonly status: ContentStatus;
  /** What reads otherwise stays as it is. */
  readonly instead: readonly ContentStatus[];
}

/** @returns the rooms of these messages, also where nothing was left to blank. */
async function blank(
  connection: Connection,
  organizationId: string,
  messages: AsyncIterable<readonly MessageOfRoom[]>,
  { status, instead }: Blanking,
): Promise<Set<string>> {
  const roomIds = new Set<string>();
  for await (const piece of messages) {
    for (const { roomId } of piece) roomIds.add(roomId);
    const messageIds = piece.map(({ messageId }) => messageId);
    for (const table of ['message_version', 'message'])
      await connection.query(
        `UPDATE ${table} AS stored SET content = $3, text = NULL
         FROM unnest($2::uuid[]) AS given (message_id)
         WHERE stored.organization_id = $1 AND stored.message_id = given.message_id
           AND stored.content = ANY($4::text[])`,
        [organizationId, messageIds, status, instead],
      );
  }
  return roomIds;
}

async function reset(
  connection: Connection,
  organizationId: string,
  roomIds: ReadonlySet<string>,
): Promise<ResetRoom[]> {
  const { rows } = await connection.query<ResetRoom>(
    `UPDATE room SET epoch = epoch + 1 FROM unnest($2::uuid[]) AS given (room_id)
     WHERE room.organization_id = $1 AND room.room_id = given.room_id
     RETURNING room.room_id AS "roomId", epoch`,
    [organizationId, [...roomIds]],
  );
  return inOrder(rows);
}

const inOrder = (rooms: readonly ResetRoom[]): ResetRoom[] =>
  [...rooms].sort((one, other) => (one.roomId < other.roomId ? -1 : 1));
