import { closeCodes } from '@verbatim/shared';
import { openOwnRoom } from '../connection/open-room.ts';
import type { RelayContext } from '../relay-context.ts';
import { encodeFrame } from '../wire/encode-frame.ts';
import { Slices } from './slices.ts';

/** Of each kind this many are compared with Postgres in one round; a round comes every second. */
const roomsOfRound = 1_000;
const peopleOfRound = 200;
const sessionsOfRound = 1_000;

/** Finds what pushes did not bring: frames, resets, new rooms, ended sessions. */
export interface Reconciler {
  /** Compares the next part of what is held here. */
  round(): Promise<void>;
  /** Compares all of it: pushes were lost, nobody knows which. */
  everything(): Promise<void>;
}

export function createReconciler(context: RelayContext): Reconciler {
  const { rooms, people, readModel } = context;

  const compareRooms = async (slice: readonly { organizationId: string; roomId: string }[]) => {
    if (slice.length === 0) return;
    for (const { roomId, lastSeq, epoch } of await readModel.heads(slice))
      rooms.get(roomId)?.expect({ seq: lastSeq, epoch });
  };
  const comparePeople = async (slice: readonly { organizationId: string; userId: string }[]) => {
    if (slice.length === 0) return;
    for (const { roomId, ...person } of await readModel.memberships(slice))
      for (const connection of people.connectionsOf(person))
        if (connection.phase.status === 'ready' && connection.lacks(roomId))
          await openOwnRoom(context, connection, roomId);
  };
  const compareSessions = async (sessionIds: readonly string[]) => {
    if (sessionIds.length === 0) return;
    const ended = new Set(await readModel.endedSessions(sessionIds));
    if (ended.size === 0) return;
    for (const person of people.all())
      for (const connection of [...person.connections])
        if (ended.has(connection.identity?.claims.sessionId ?? ''))
          connection.close(closeCodes.unauthenticated);
  };
  /** Read markers have no seq that would tell that one was lost: people are told their own again. */
  const tellMarkers = async (slice: readonly { organizationId: string; userId: string }[]) => {
    if (slice.length === 0) return;
    for (const { roomId, readSeq, ...person } of await readModel.readMarkers(slice)) {
      const bytes = encodeFrame({ type: 'read', roomId, userId: person.userId, readSeq });
      for (const connection of people.connectionsOf(person)) {
        const { phase } = connection;
        // What was pushed meanwhile is newer.
        if (phase.status === 'entering' && !phase.lateReadSeqs.has(roomId))
          phase.lateReadSeqs.set(roomId, readSeq);
        if (connection.rooms.has(roomId)) connection.send(bytes);
      }
    }
  };
  const sessionIds = function* (): Generator<string> {
    for (const person of people.all())
      for (const { identity } of person.connections)
        if (identity !== undefined) yield identity.claims.sessionId;
  };

  const slices = {
    rooms: new Slices(() => rooms.rooms(), roomsOfRound),
    people: new Slices(() => people.all(), peopleOfRound),
    sessions: new Slices(() => new Set(sessionIds()), sessionsOfRound),
  };
  return {
    round: async () => {
      await compareSessions(slices.sessions.next());
      await compareRooms(slices.rooms.next());
      await comparePeople(slices.people.next());
    },
    everything: async () => {
      await slices.sessions.through(compareSessions);
      await slices.rooms.through(compareRooms);
      await slices.people.through(async (slice) => {
        await comparePeople(slice);
        await tellMarkers(slice);
      });
    },
  };
}
