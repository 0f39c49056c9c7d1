import type { Connection } from '../tables/connection.ts';
import type { ChatPush } from './chat-batch.ts';
import type { ChatEvent } from './chat-event.ts';

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
  await connection.query(
    `UPDATE message_version AS version SET content = 'erased', text = NULL
     FROM message
     WHERE message.organization_id = $1 AND message.author_id = $2 AND message.version > 1
       AND version.organization_id = $1 AND version.message_id = message.message_id
       AND version.content IN ('present', 'expired')`,
    person,
  );
  await connection.query(
    `UPDATE message SET content = 'erased', text = NULL
     WHERE organization_id = $1 AND author_id = $2 AND content IN ('present', 'expired')`,
    person,
  );
  const { rows } = await connection.query<ResetRoom>(
    `UPDATE room SET epoch = epoch + 1
     WHERE organization_id = $1 AND room_id IN (
       SELECT room_id FROM message WHERE organization_id = $1 AND author_id = $2
       UNION SELECT room_id FROM participant WHERE organization_id = $1 AND user_id = $2)
     RETURNING room_id AS "roomId", epoch`,
    person,
  );
  return inOrder(rows);
}

async function expire(
  connection: Connection,
  organizationId: string,
  roomDays: readonly { readonly roomId: string; readonly day: string }[],
): Promise<ResetRoom[]> {
  const values = [organizationId, roomDays.map(({ roomId }) => roomId), roomDays.map(({ day }) => day)];
  const given = `unnest($2::uuid[], $3::text[]) AS given (room_id, day)`;
  await connection.query(
    `UPDATE message_version AS version SET content = 'expired', text = NULL
     FROM message JOIN ${given} USING (room_id, day)
     WHERE message.organization_id = $1 AND message.version > 1
       AND version.organization_id = $1 AND version.message_id = message.message_id
       AND version.content = 'present'`,
    values,
  );
  await connection.query(
    `UPDATE message SET content = 'expired', text = NULL
     FROM ${given}
     WHERE message.organization_id = $1 AND message.room_id = given.room_id AND message.day = given.day
       AND message.content = 'present'`,
    values,
  );
  const { rows } = await connection.query<ResetRoom>(
    `UPDATE room SET epoch = epoch + 1
     WHERE organization_id = $1 AND room_id IN (
       SELECT message.room_id FROM message JOIN ${given} USING (room_id, day) WHERE message.organization_id = $1)
     RETURNING room_id AS "roomId", epoch`,
    values,
  );
  return inOrder(rows);
}

const inOrder = (rooms: readonly ResetRoom[]): ResetRoom[] =>
  [...rooms].sort((one, other) => (one.roomId < other.roomId ? -1 : 1));
