import { z } from 'zod';
import { messageKinds } from '../events/message-events.ts';
import { durableFrameSchema, type DurableFrame } from '../frames/server-frames.ts';
import { contentStatusSchema } from '../http/messages.ts';
import { roomRoles } from '../events/room-events.ts';
import { isoText, mentionedIn, sourceOf } from './message-rows.ts';
import type { SqlSource } from './sql-source.ts';

export interface FrameAddress {
  readonly organizationId: string;
  readonly roomId: string;
  readonly seq: number;
}

/** These durable frames, in this order; what does not exist is left out. */
export async function readFramesAt(
  source: SqlSource,
  addresses: readonly FrameAddress[],
): Promise<DurableFrame[]> {
  if (addresses.length === 0) return [];
  const { rows } = await source.query(
    framesOf(
      `unnest($1::uuid[], $2::uuid[], $3::integer[]) WITH ORDINALITY
         AS wanted (organization_id, room_id, seq, number)`,
    ),
    [
      addresses.map(({ organizationId }) => organizationId),
      addresses.map(({ roomId }) => roomId),
      addresses.map(({ seq }) => seq),
    ],
  );
  return rows.map(toFrame);
}

/**
 * The durable frames of a room after a seq, ascending, at most `limit`. They carry what they carried live, except
 * that content which is gone since is null. Whether the caller may read the room is the caller's to ask.
 */
export async function readFramesAfter(
  source: SqlSource,
  { organizationId, roomId }: Omit<FrameAddress, 'seq'>,
  after: number,
  limit: number,
): Promise<DurableFrame[]> {
  const { rows } = await source.query(
    framesOf(
      `(SELECT $1::uuid AS organization_id, $2::uuid AS room_id, seq, seq AS number
        FROM (SELECT last_seq FROM chat.room WHERE organization_id = $1 AND room_id = $2) AS room
        CROSS JOIN LATERAL generate_series($3::integer + 1, least(last_seq, $3::integer + $4::integer)) AS seq)
         AS wanted`,
    ),
    [organizationId, roomId, after, limit],
  );
  return rows.map(toFrame);
}

/** Of a message's own frame the first version is told; what came later are frames of their own. */
const framesOf = (wanted: string): string => `
  SELECT wanted.room_id AS "roomId", wanted.seq,
    coalesce(m.position, f.position)::text AS position,
    ${isoText('coalesce(m.sent_at, f.at)')} AS at,
    coalesce(f.type, 'message') AS type,
    coalesce(m.message_id, f.message_id) AS "messageId",
    coalesce(m.author_id, f.actor_id) AS "actorId",
    f.fields,
    coalesce(person.display_name, '') AS "displayName",
    m.kind, ${isoText('m.created_at')} AS "createdAt", m.reply_to AS "replyTo", m.thread_of AS "threadOf",
    m.source_id AS "sourceId", ${isoText('m.imported_at')} AS "importedAt",
    coalesce(v.content, m.content) AS content,
    CASE WHEN v.version IS NULL THEN m.text ELSE v.text END AS text,
    coalesce(v.mentions, m.mentions)::text[] AS mentions,
    coalesce(v.mentions_room, m.mentions_room) AS "mentionsRoom"
  FROM ${wanted}
  LEFT JOIN chat.message AS m
    ON m.organization_id = wanted.organization_id AND m.room_id = wanted.room_id AND m.seq = wanted.seq
  LEFT JOIN chat.frame AS f
    ON f.organization_id = wanted.organization_id AND f.room_id = wanted.room_id AND f.seq = wanted.seq
  LEFT JOIN chat.message_version AS v
    ON v.organization_id = wanted.organization_id AND v.message_id = coalesce(m.message_id, f.message_id)
      AND v.version = CASE WHEN m.message_id IS NULL THEN (f.fields ->> 'version')::integer ELSE 1 END
  LEFT JOIN chat.person
    ON person.organization_id = wanted.organization_id
      AND person.user_id = coalesce(m.author_id, (f.fields ->> 'userId')::uuid)
  WHERE m.message_id IS NOT NULL OR f.type IS NOT NULL
  ORDER BY wanted.number`;

const commonSchema = z.object({
  roomId: z.string(),
  seq: z.number(),
  position: z.string(),
  at: z.string(),
  type: z.string(),
  messageId: z.string().nullable(),
  actorId: z.string(),
  fields: z.record(z.string(), z.unknown()).nullable(),
  displayName: z.string(),
});
const textSchema = z.object({
  content: contentStatusSchema,
  text: z.string().nullable(),
  mentions: z.array(z.string()),
  mentionsRoom: z.boolean(),
});
const sentSchema = textSchema.extend({
  messageId: z.string(),
  kind: z.enum(messageKinds),
  createdAt: z.string(),
  replyTo: z.string().nullable(),
  threadOf: z.string().nullable(),
  sourceId: z.string().nullable(),
  importedAt: z.string().nullable(),
});

function toFrame(row: unknown): DurableFrame {
  const { roomId, seq, position, at, type, messageId, actorId, fields, displayName } =
    commonSchema.parse(row);
  const durable = { type, roomId, seq, position, at };
  if (type === 'message')
    return { ...durable, type, message: asSent(roomId, seq, actorId, displayName, sentSchema.parse(row)) };
  if (type === 'message_edited') {
    const { content, text, mentions, mentionsRoom } = textSchema.parse(row);
    const called = mentionedIn(mentions, mentionsRoom);
    return { ...durable, type, messageId: messageId ?? '', content, text, mentions: called, by: actorId };
  }
  if (type === 'participant_joined') {
    const { userId, role } = joinSchema.parse(fields);
    return { ...durable, type, user: { id: userId, displayName }, role, by: actorId };
  }
  return durableFrameSchema.parse({
    ...durable,
    ...fields,
    ...(messageId !== null && { messageId }),
    ...(type.startsWith('reaction_') ? {} : { by: actorId }),
  });
}

const joinSchema = z.object({ userId: z.string(), role: z.enum(roomRoles) });

/** The message as it was sent: reactions, replies and pins follow as frames of their own. */
function asSent(
  roomId: string,
  seq: number,
  authorId: string,
  displayName: string,
  row: z.output<typeof sentSchema>,
) {
  return {
    id: row.messageId,
    roomId,
    seq,
    author: { id: authorId, displayName },
    kind: row.kind,
    content: row.content,
    text: row.text,
    createdAt: row.createdAt,
    editedAt: null,
    deletedAt: null,
    replyTo: row.replyTo,
    threadOf: row.threadOf,
    replyCount: 0,
    reactions: [],
    mentions: mentionedIn(row.mentions, row.mentionsRoom),
    pinned: false,
    ...sourceOf(row.sourceId, row.importedAt),
  };
}
