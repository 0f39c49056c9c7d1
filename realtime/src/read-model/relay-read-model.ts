import {
  callersOf,
  directoryVersions,
  readFramesAfter,
  readableRooms,
  roomsOfPeople,
  type Caller,
  type DurableFrame,
  type OwnRoom,
  type Person,
  type ReadableRoom,
  type RoomWish,
  type Session,
  type SqlSource,
} from '@verbatim/shared';
import DataLoader from 'dataloader';
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

/** What the relay reads from Postgres. What a connection asks for is asked together with what others ask for. */
export interface RelayReadModel {
  caller(session: Session): Promise<Caller | undefined>;
  roomsOf(person: Person): Promise<readonly OwnRoom[]>;
  /** Undefined when the person may not read it, or it is not there. */
  readableRoom(wish: RoomWish): Promise<ReadableRoom | undefined>;
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
  /** Those of these sessions that have ended, if only because their person was deactivated, or is forgotten. */
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

  const callers = asking((sessions: readonly Session[]) => callersOf(source, sessions));
  const ownRooms = asking((people: readonly Person[]) => roomsOfPeople(source, people));
  const rooms = asking((wishes: readonly RoomWish[]) => readableRooms(source, wishes));
  const versions = asking((ids: readonly string[]) => directoryVersions(source, ids));

  return {
    caller: (session) => callers.load(session),
    roomsOf: (person) => ownRooms.load(person),
    readableRoom: (wish) => rooms.load(wish),
    directoryVersion: (organizationId) => versions.load(organizationId),
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
        `SELECT session_id AS "sessionId"
         FROM unnest($1::uuid[]) AS asked (session_id)
         LEFT JOIN accounts.session USING (session_id)
         LEFT JOIN chat.person USING (organization_id, user_id)
         WHERE session.user_id IS NULL OR session.ended_at IS NOT NULL
           OR (person.role IS NOT NULL AND NOT person.active)`,
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

/** Questions of one statement: a thousand connections ask them at once after a restart. */
const maxQuestions = 200;

/** Puts the questions of one turn of the event loop into one statement; nothing is remembered. */
function asking<Question, Answer>(
  ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): DataLoader<Question, Answer> {
  return new DataLoader(ask, {
    cache: false,
    maxBatchSize: maxQuestions,
    batchScheduleFn: (askNow) => void setImmediate(askNow),
  });
}
