import { z } from 'zod';
import { roomRoles, visibilities, type RoomRole, type Visibility } from '../events/room-events.ts';
import { organizationRoles, type OrganizationRole } from '../events/organization-events.ts';
import type { SqlSource } from './sql-source.ts';

export interface Person {
  readonly organizationId: string;
  readonly userId: string;
}

/** A room that a person may read, with where its frames stand. */
export interface ReadableRoom {
  readonly roomId: string;
  readonly lastSeq: number;
  readonly epoch: number;
  readonly visibility: Visibility;
  /** The person's role; null where they read along without being in it. */
  readonly role: RoomRole | null;
}

const readableRoomSchema = z.object({
  roomId: z.string(),
  lastSeq: z.number(),
  epoch: z.number(),
  visibility: z.enum(visibilities),
  role: z.enum(roomRoles).nullable(),
});
const readableRoomsSchema = z.array(readableRoomSchema);

/**
 * For `SELECT … FROM`: the room `$3` of the organization `$1` with the caller `$2` as `participant`, if they may read
 * it. No row otherwise. Whoever joins what they read to it has the right and the content from one snapshot.
 */
export const readableRoomFrom = `chat.room
  LEFT JOIN chat.participant
    ON participant.organization_id = room.organization_id AND participant.room_id = room.room_id
      AND participant.user_id = $2
  WHERE room.organization_id = $1 AND room.room_id = $3
    AND (participant.user_id IS NOT NULL OR room.visibility = 'public')`;

/**
 * The room, if the person may read it: as a participant, or because it is public. Undefined otherwise, as for a room
 * that does not exist. That the person is active is what a live session says.
 */
export async function readableRoom(
  source: SqlSource,
  { organizationId, userId }: Person,
  roomId: string,
): Promise<ReadableRoom | undefined> {
  const { rows } = await source.query(
    `SELECT room.room_id AS "roomId", room.last_seq AS "lastSeq", room.epoch, room.visibility, participant.role
     FROM ${readableRoomFrom}`,
    [organizationId, userId, roomId],
  );
  return rows[0] === undefined ? undefined : readableRoomSchema.parse(rows[0]);
}

/** Those of these rooms that the person may read, in one snapshot. */
export async function readableRooms(
  source: SqlSource,
  { organizationId, userId }: Person,
  roomIds: readonly string[],
): Promise<ReadableRoom[]> {
  if (roomIds.length === 0) return [];
  const { rows } = await source.query(
    `SELECT room.room_id AS "roomId", room.last_seq AS "lastSeq", room.epoch, room.visibility, participant.role
     FROM unnest($3::uuid[]) AS wanted (room_id)
     JOIN chat.room ON room.organization_id = $1 AND room.room_id = wanted.room_id
     LEFT JOIN chat.participant
       ON participant.organization_id = room.organization_id AND participant.room_id = room.room_id
         AND participant.user_id = $2
     WHERE participant.user_id IS NOT NULL OR room.visibility = 'public'`,
    [organizationId, userId, [...roomIds]],
  );
  return z.array(readableRoomSchema).parse(rows);
}

/** All rooms that the person is in, in one snapshot. */
export async function roomsOfPerson(
  source: SqlSource,
  { organizationId, userId }: Person,
): Promise<ReadableRoom[]> {
  const { rows } = await source.query(
    `SELECT room.room_id AS "roomId", room.last_seq AS "lastSeq", room.epoch, room.visibility, participant.role
     FROM chat.participant
     JOIN chat.room
       ON room.organization_id = participant.organization_id AND room.room_id = participant.room_id
     WHERE participant.organization_id = $1 AND participant.user_id = $2
     ORDER BY room.room_id`,
    [organizationId, userId],
  );
  return readableRoomsSchema.parse(rows);
}

/** Whoever asks, as the server knows them now: rights are never taken from a token. */
export interface Caller extends Person {
  readonly sessionId: string;
  readonly role: OrganizationRole;
}

const callerSchema = z.object({
  role: z.enum(organizationRoles).nullable(),
  active: z.boolean().nullable(),
});

/**
 * The person behind a verified token, or undefined when the session has ended or the person is deactivated. Somebody
 * who signed up a moment ago, whom no read model knows yet, is a member.
 */
export async function callerOf(
  source: SqlSource,
  { organizationId, userId, sessionId }: Person & { readonly sessionId: string },
): Promise<Caller | undefined> {
  const { rows } = await source.query(
    `SELECT person.role, person.active
     FROM accounts.session
     LEFT JOIN chat.person ON person.organization_id = $2 AND person.user_id = $3
     WHERE session.session_id = $1 AND session.organization_id = $2 AND session.user_id = $3
       AND session.ended_at IS NULL`,
    [sessionId, organizationId, userId],
  );
  if (rows[0] === undefined) return undefined;
  const { role, active } = callerSchema.parse(rows[0]);
  if (role !== null && active !== true) return undefined;
  return { organizationId, userId, sessionId, role: role ?? 'member' };
}

const versionSchema = z.object({ version: z.number() });

/** Rises with every change of the organization's directory; 0 before the first. */
export async function directoryVersion(source: SqlSource, organizationId: string): Promise<number> {
  const { rows } = await source.query(
    `SELECT version FROM directory.organization WHERE organization_id = $1`,
    [organizationId],
  );
  return rows[0] === undefined ? 0 : versionSchema.parse(rows[0]).version;
}
