import {
  room as roomFolding,
  roomRoles,
  type Keyring,
  type PastParticipantView,
  type PastRoomView,
  type Recorded,
  type RoomEvent,
  type SqlSource,
} from '@verbatim/shared';
import { z } from 'zod';
import { openRows } from '../entries/open-entries.ts';
import { recordColumns, recordRows } from '../entries/record-row.ts';
import { namesThen } from './names-then.ts';

export interface RoomAt {
  readonly organizationId: string;
  readonly roomId: string;
  /** Everything before this leaf has happened. */
  readonly endLeaf: bigint;
}

type DetailsEvent = Extract<
  RoomEvent,
  { readonly type: 'RoomCreated' | 'RoomDetailsChanged' | 'RoomArchived' | 'RoomUnarchived' }
>;

/** The few events that make a room's details; participants have a table of their own. */
const detailsEvents = `SELECT ${recordColumns} FROM record.event AS e
  WHERE e.organization_id = $1 AND e.room_id = $2 AND e.leaf_index < $3
    AND e.type IN ('RoomCreated', 'RoomDetailsChanged', 'RoomArchived', 'RoomUnarchived')
  ORDER BY e.leaf_index`;

/** The room's details as they were; undefined before it was made. */
export async function detailsThen(
  source: SqlSource,
  keyring: Keyring,
  { organizationId, roomId, endLeaf }: RoomAt,
): Promise<Omit<PastRoomView, 'participantCount'> | undefined> {
  const rows = await recordRows(source, detailsEvents, [organizationId, roomId, endLeaf]);
  const opened = await openRows(rows, keyring);
  const events = opened.flatMap(({ event }) => (event !== undefined && isDetails(event) ? [event] : []));
  const state = roomFolding.fold(roomFolding.initial, events);
  if (state.status === 'none') return undefined;
  const { kind, visibility, name, description, topic, settings, imported } = state;
  return {
    id: roomId,
    kind,
    visibility,
    name,
    description,
    topic,
    settings,
    archived: state.status === 'archived',
    imported,
  };
}

function isDetails(event: Recorded): event is Recorded<DetailsEvent> {
  return (
    event.type === 'RoomCreated' ||
    event.type === 'RoomDetailsChanged' ||
    event.type === 'RoomArchived' ||
    event.type === 'RoomUnarchived'
  );
}

/** In the order in which they came, as the fold has them: by when they last came into the room. */
const participants = `
  SELECT latest.user_id AS "userId", latest.role
  FROM (
    SELECT DISTINCT ON (user_id) user_id, role FROM record.participant
    WHERE organization_id = $1 AND room_id = $2 AND leaf_index < $3
    ORDER BY user_id, leaf_index DESC) AS latest
  CROSS JOIN LATERAL (
    SELECT min(came.leaf_index) AS leaf_index FROM record.participant AS came
    WHERE came.organization_id = $1 AND came.room_id = $2 AND came.user_id = latest.user_id
      AND came.leaf_index < $3
      AND came.leaf_index > coalesce((
        SELECT max(left_.leaf_index) FROM record.participant AS left_
        WHERE left_.organization_id = $1 AND left_.room_id = $2 AND left_.user_id = latest.user_id
          AND left_.role IS NULL AND left_.leaf_index < $3), -1)) AS arrival
  WHERE latest.role IS NOT NULL
  ORDER BY arrival.leaf_index`;
const participantRows = z.array(z.object({ userId: z.string(), role: z.enum(roomRoles) }));

/** Who was in the room, with the names that they had then. */
export async function participantsThen(
  source: SqlSource,
  keyring: Keyring,
  { organizationId, roomId, endLeaf }: RoomAt,
): Promise<PastParticipantView[]> {
  const { rows } = await source.query(participants, [organizationId, roomId, endLeaf]);
  const found = participantRows.parse(rows);
  const names = await namesThen(source, keyring, {
    organizationId,
    endLeaf,
    userIds: found.map(({ userId }) => userId),
  });
  return found.map(({ userId, role }) => ({
    userId,
    displayName: names.get(userId)?.displayName ?? null,
    role,
  }));
}
