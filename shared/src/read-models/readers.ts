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

/** A room that a person is in. */
export interface OwnRoom extends ReadableRoom {
  /** How far they have read. */
  readonly readSeq: number;
}

const readableRoomSchema = z.object({
  roomId: z.string(),
  lastSeq: z.number(),
  epoch: z.number(),
  visibility: z.enum(visibilities),
  role: z.enum(roomRoles).nullable(),
});

const ownRoomSchema = readableRoomSchema.extend({ readSeq: z.number() });

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

export interface RoomWish extends Person {
  readonly roomId: string;
}

/** `readableRoom` for many wishes of many people in one snapshot; answers stand in the order of the wishes. */
export async function readableRooms(
  source: SqlSource,
  wishes: readonly RoomWish[],
): Promise<(ReadableRoom | undefined)[]> {
  const { rows } = await source.query(
    `SELECT wish.number, room.room_id AS "roomId", room.last_seq AS "lastSeq", room.epoch, room.visibility, participant.role
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) WITH ORDINALITY AS wish (organization_id, user_id, room_id, number)
     JOIN chat.room USING (organization_id, room_id)
     LEFT JOIN chat.participant USING (organization_id, room_id, user_id)
     WHERE participant.role IS NOT NULL OR room.visibility = 'public'`,
    columnsOf(wishes, ['organizationId', 'userId', 'roomId']),
  );
  return inOrder(wishes, numbered(readableRoomSchema).parse(rows)).map(([room]) => room);
}

/** For each person all rooms that they are in, in one snapshot. */
export async function roomsOfPeople(
  source: SqlSource,
  people: readonly Person[],
): Promise<(readonly OwnRoom[])[]> {
  const { rows } = await source.query(
    `SELECT wish.number, room.room_id AS "roomId", room.last_seq AS "lastSeq", room.epoch, room.visibility, participant.role,
       coalesce(inbox.read_seq, 0) AS "readSeq"
     FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wish (organization_id, user_id, number)
     JOIN chat.participant USING (organization_id, user_id)
     JOIN chat.room USING (organization_id, room_id)
     LEFT JOIN chat.inbox USING (organization_id, user_id, room_id)
     ORDER BY room.room_id`,
    columnsOf(people, ['organizationId', 'userId']),
  );
  return inOrder(people, numbered(ownRoomSchema).parse(rows));
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

export interface Session extends Person {
  readonly sessionId: string;
}

/**
 * The person behind a verified token, or undefined when the session has ended or the person is deactivated. Somebody
 * who signed up a moment ago, whom no read model knows yet, is a member.
 */
export async function callerOf(source: SqlSource, session: Session): Promise<Caller | undefined> {
  const [caller] = await callersOf(source, [session]);
  return caller;
}

/** `callerOf` for many sessions at once; answers stand in the order of the sessions. */
export async function callersOf(
  source: SqlSource,
  sessions: readonly Session[],
): Promise<(Caller | undefined)[]> {
  const { rows } = await source.query(
    `SELECT wish.number, person.role, person.active
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) WITH ORDINALITY AS wish (session_id, organization_id, user_id, number)
     JOIN accounts.session USING (session_id, organization_id, user_id)
     LEFT JOIN chat.person USING (organization_id, user_id)
     WHERE session.ended_at IS NULL`,
    columnsOf(sessions, ['sessionId', 'organizationId', 'userId']),
  );
  const found = inOrder(sessions, numbered(callerSchema).parse(rows));
  return sessions.map(({ organizationId, userId, sessionId }, index) => {
    const [person] = found[index] ?? [];
    if (person === undefined || (person.role !== null && person.active !== true)) return undefined;
    return { organizationId, userId, sessionId, role: person.role ?? 'member' };
  });
}

const versionSchema = z.object({ version: z.number() });

/** For each organization a number that rises with every change of its directory; 0 before the first. */
export async function directoryVersions(
  source: SqlSource,
  organizationIds: readonly string[],
): Promise<number[]> {
  const { rows } = await source.query(
    `SELECT wish.number, version
     FROM unnest($1::uuid[]) WITH ORDINALITY AS wish (organization_id, number)
     JOIN directory.organization USING (organization_id)`,
    [[...organizationIds]],
  );
  return inOrder(organizationIds, numbered(versionSchema).parse(rows)).map(([found]) => found?.version ?? 0);
}

/** One array of each column, as `unnest` takes them. */
function columnsOf<Row>(rows: readonly Row[], names: readonly (keyof Row)[]): Row[keyof Row][][] {
  return names.map((name) => rows.map((row) => row[name]));
}

/** Rows with the number of the wish that they answer, from 1. */
const numbered = <Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>) =>
  z.array(schema.extend({ number: z.coerce.number() }));

function inOrder<Answer extends { readonly number: number }>(
  wishes: readonly unknown[],
  answers: readonly Answer[],
): Answer[][] {
  const found: Answer[][] = wishes.map(() => []);
  for (const answer of answers) found[answer.number - 1]?.push(answer);
  return found;
}
