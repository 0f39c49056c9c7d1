import {
  callerOf,
  directoryVersion,
  readFramesAfter,
  readableRoom,
  readableRooms,
  roomsOfPerson,
  type Caller,
  type DurableFrame,
  type Person,
  type ReadableRoom,
  type SqlSource,
} from '@verbatim/shared';
import { z } from 'zod';

export interface RoomHead {
  readonly roomId: string;
  readonly lastSeq: number;
  readonly epoch: number;
}

export interface ReadMarker extends Person {
  readonly roomId: string;
  readonly readSeq: number;
}

export interface RoomPeople {
  readonly roomId: string;
  readonly userIds: readonly string[];
}

/** What the relay reads from Postgres. */
export interface RelayReadModel {
  caller(session: Person & { readonly sessionId: string }): Promise<Caller | undefined>;
  roomsOf(person: Person): Promise<readonly ReadableRoom[]>;
  readableRoom(person: Person, roomId: string): Promise<ReadableRoom | undefined>;
  readableRooms(person: Person, roomIds: readonly string[]): Promise<readonly ReadableRoom[]>;
  directoryVersion(organizationId: string): Promise<number>;
  framesAfter(
    organizationId: string,
    roomId: string,
    after: number,
    limit: number,
  ): Promise<readonly DurableFrame[]>;
  /** Where these rooms stand now. */
  heads(
    rooms: readonly { readonly organizationId: string; readonly roomId: string }[],
  ): Promise<readonly RoomHead[]>;
  /** Which rooms these people are in. */
  memberships(people: readonly Person[]): Promise<readonly (Person & { readonly roomId: string })[]>;
  /** How far these people have read in each of their rooms. */
  readMarkers(people: readonly Person[]): Promise<readonly ReadMarker[]>;
  /** Those of these sessions that have ended, if only because their person was deactivated. */
  endedSessions(sessionIds: readonly string[]): Promise<readonly string[]>;
  /** The people of those of these rooms that have at most so many. */
  peopleOf(
    rooms: readonly { readonly organizationId: string; readonly roomId: string }[],
    maxPeople: number,
  ): Promise<readonly RoomPeople[]>;
}

const headSchema = z.object({ roomId: z.string(), lastSeq: z.number(), epoch: z.number() });
const membershipSchema = z.object({ organizationId: z.string(), userId: z.string(), roomId: z.string() });
const readMarkerSchema = membershipSchema.extend({ readSeq: z.number() });
const sessionSchema = z.object({ sessionId: z.string() });
const roomPeopleSchema = z.object({ roomId: z.string(), userIds: z.array(z.string()) });

export function createRelayReadModel(source: SqlSource): RelayReadModel {
  const rowsOf = async <Schema extends z.ZodType>(
    schema: Schema,
    sql: string,
    values: unknown[],
  ): Promise<z.output<Schema>[]> => z.array(schema).parse((await source.query(sql, values)).rows);
  const pairs = (rooms: readonly { readonly organizationId: string; readonly roomId: string }[]) => [
    rooms.map(({ organizationId }) => organizationId),
    rooms.map(({ roomId }) => roomId),
  ];

  return {
    caller: (session) => callerOf(source, session),
    roomsOf: (person) => roomsOfPerson(source, person),
    readableRoom: (person, roomId) => readableRoom(source, person, roomId),
    readableRooms: (person, roomIds) => readableRooms(source, person, roomIds),
    directoryVersion: (organizationId) => directoryVersion(source, organizationId),
    framesAfter: (organizationId, roomId, after, limit) =>
      readFramesAfter(source, { organizationId, roomId }, after, limit),
    heads: (rooms) =>
      rowsOf(
        headSchema,
        `SELECT room_id AS "roomId", last_seq AS "lastSeq", epoch
         FROM unnest($1::uuid[], $2::uuid[]) AS wanted (organization_id, room_id)
         JOIN chat.room USING (organization_id, room_id)`,
        pairs(rooms),
      ),
    memberships: (people) =>
      rowsOf(
        membershipSchema,
        `SELECT organization_id AS "organizationId", user_id AS "userId", room_id AS "roomId"
         FROM unnest($1::uuid[], $2::uuid[]) AS wanted (organization_id, user_id)
         JOIN chat.participant USING (organization_id, user_id)`,
        [people.map(({ organizationId }) => organizationId), people.map(({ userId }) => userId)],
      ),
    readMarkers: (people) =>
      rowsOf(
        readMarkerSchema,
        `SELECT organization_id AS "organizationId", user_id AS "userId", room_id AS "roomId", read_seq AS "readSeq"
         FROM unnest($1::uuid[], $2::uuid[]) AS wanted (organization_id, user_id)
         JOIN chat.participant USING (organization_id, user_id)
         JOIN chat.inbox USING (organization_id, user_id, room_id)`,
        [people.map(({ organizationId }) => organizationId), people.map(({ userId }) => userId)],
      ),
    endedSessions: async (sessionIds) => {
      const ended = await rowsOf(
        sessionSchema,
        `SELECT session.session_id AS "sessionId"
         FROM accounts.session
         LEFT JOIN chat.person USING (organization_id, user_id)
         WHERE session.session_id = ANY($1::uuid[])
           AND (session.ended_at IS NOT NULL OR (person.role IS NOT NULL AND NOT person.active))`,
        [[...sessionIds]],
      );
      return ended.map(({ sessionId }) => sessionId);
    },
    peopleOf: (rooms, maxPeople) =>
      rowsOf(
        roomPeopleSchema,
        `SELECT room.room_id AS "roomId", array_agg(participant.user_id::text) AS "userIds"
         FROM unnest($1::uuid[], $2::uuid[]) AS wanted (organization_id, room_id)
         JOIN chat.room USING (organization_id, room_id)
         JOIN chat.participant USING (organization_id, room_id)
         WHERE room.participant_count <= $3
         GROUP BY room.room_id`,
        [...pairs(rooms), maxPeople],
      ),
  };
}
