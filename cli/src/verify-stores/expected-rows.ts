import {
  leafEntry,
  leafHash,
  recordEntry,
  roomRoles,
  streamPrefixes,
  type RecordedEvent,
} from '@verbatim/shared';
import { z } from 'zod';

/** A row as the log demands it: every column as text, so that it can be held against what Postgres says. */
export type ExpectedRow = Readonly<Record<string, string | null>>;

/** An event of the log, whose organization it is, and its leaf; where it stands in the tree is for the walk to say. */
export interface Leaf {
  readonly event: RecordedEvent;
  readonly organizationId: string;
  readonly hash: Buffer;
  readonly columns: ExpectedRow;
  readonly participant: ExpectedRow | undefined;
}

const unattributed = '00000000-0000-0000-0000-000000000000';
const uuid = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const maybeId = uuid.nullable().catch(null);
const fieldsSchema = z.record(z.string(), z.unknown()).catch({});
const roleSchema = z.enum(roomRoles);

/** What the record has to say of an event, told from the event alone. */
export function leafOf(event: RecordedEvent): Leaf {
  const { stored, data, metadata } = recordEntry(event);
  const hash = leafHash(leafEntry(stored));
  const [category, subject] = partsOf(event.stream);
  const told = fieldsSchema.parse(event.data);
  const about = fieldsSchema.parse(event.metadata);
  const id = (fields: Record<string, unknown>, name: string): string | null => maybeId.parse(fields[name]);
  const ofStream = category === 'organization' || category === 'audit' ? subject : null;
  const organizationId = id(about, 'organizationId') ?? ofStream ?? unattributed;
  const isSent = event.type === 'MessageSent';
  const columns = {
    position: event.position.toString(),
    event_id: event.id,
    stream: event.stream,
    revision: event.revision.toString(),
    type: event.type,
    created: milliseconds(stored.created),
    actor_id: id(about, 'actorId'),
    room_id: id(about, 'roomId'),
    author_id: isSent ? id(told, 'authorId') : null,
    day: isSent ? z.iso.date().nullable().catch(null).parse(told.day) : null,
    data,
    metadata,
    data_sha256: stored.dataSha256,
    metadata_sha256: stored.metadataSha256,
    leaf_hash: hash.toString('hex'),
    ...entityOf(category, subject, told, organizationId),
  };
  return { event, organizationId, hash, columns, participant: participantOf(event, told) };
}

export const milliseconds = (instant: string): string => String(Date.parse(instant));

/** What it happened to: the message, room or person of the stream, else whatever the event names. */
function entityOf(
  category: string,
  subject: string | null,
  data: Record<string, unknown>,
  organizationId: string,
): ExpectedRow {
  const entity = (type: string, id: string | null): ExpectedRow => ({ entity_type: type, entity_id: id });
  if (category === 'message' || category === 'room' || category === 'user') return entity(category, subject);
  const named = (field: string): string | null => maybeId.parse(data[field]);
  const [hold, exported, invitation] = [named('holdId'), named('exportId'), named('invitationId')];
  const [person, room] = [named('userId'), named('roomId')];
  if (hold !== null) return entity('hold', hold);
  if (exported !== null) return entity('export', exported);
  if (invitation !== null && person === null) return entity('invitation', invitation);
  if (category !== 'reading' && person !== null) return entity('user', person);
  return room === null ? entity('organization', organizationId) : entity('room', room);
}

const leaving = new Set(['ParticipantLeft', 'ParticipantRemoved']);
const coming = new Set(['ParticipantJoined', 'ParticipantAdded', 'ParticipantRoleChanged']);

function participantOf({ type }: RecordedEvent, data: Record<string, unknown>): ExpectedRow | undefined {
  if (!leaving.has(type) && !coming.has(type)) return undefined;
  const named = z.object({ roomId: z.guid(), userId: z.guid() }).safeParse(data).data;
  const role = leaving.has(type) ? null : roleSchema.safeParse(data.role).data;
  if (named === undefined || role === undefined) return undefined;
  return { room_id: named.roomId, user_id: named.userId, role };
}

function partsOf(stream: string): [string, string | null] {
  const prefix = streamPrefixes.find((candidate) => stream.startsWith(candidate)) ?? '';
  const id = uuid.safeParse(stream.slice(prefix.length, prefix.length + 36)).data;
  return [prefix.slice(0, -1), id ?? null];
}
