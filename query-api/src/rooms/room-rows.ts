import {
  authorJoin,
  everybodyId,
  isoText,
  messageColumns,
  roomSummaryView,
  roomView,
  toMessageView,
  type RoomSummaryView,
  type RoomView,
} from '@verbatim/shared';
import { z } from 'zod';
import { unknownOrganization } from '../sources/unknown-organization.ts';

/**
 * The columns of a room of `chosenRooms` as one person, `$2` of the organization `$1`, sees it. Whom mentions call is
 * unknown to the planner too: of somebody new it would read all that call them, once for each room.
 */
export const roomColumns = `
  room.room_id AS id, room.kind, room.visibility, room.name, room.topic, room.description, room.posting,
  room.archived, room.imported, room.epoch, ${isoText('room.created_at')} AS "createdAt",
  room.participant_count AS "participantCount", room.last_seq AS "lastSeq", room.role,
  coalesce(inbox.read_seq, 0) AS "readSeq",
  greatest(coalesce(room.live_messages - inbox.live_at_marker - inbox.own_after_marker, 0), 0) AS unread,
  (SELECT count(DISTINCT mention.message_id)::integer
   FROM chat.mention
   WHERE mention.organization_id = ${unknownOrganization} AND mention.room_id = room.room_id
     AND mention.user_id IN ((SELECT $2::uuid), '${everybodyId}') AND mention.seq > inbox.read_seq
     AND mention.author_id <> $2) AS mentions,
  coalesce(inbox.favourite, false) AS favourite, coalesce(inbox.notifications, 'all') AS notifications,
  (SELECT row_to_json(newest)
   FROM (SELECT ${messageColumns} FROM chat.message AS m ${authorJoin}
         WHERE m.organization_id = $1 AND m.room_id = room.room_id
         ORDER BY m.seq DESC LIMIT 1) AS newest) AS "lastMessage",
  CASE WHEN room.kind = 'direct' THEN
    (SELECT array_agg(person.user_id::text ORDER BY person.user_id)
     FROM chat.participant AS person
     WHERE person.organization_id = $1 AND person.room_id = room.room_id)
  END AS "participantIds"`;

/** What only participants have: how they follow the room. Whoever reads along has no marker. */
export const inboxJoin = `
  LEFT JOIN chat.inbox
    ON room.role IS NOT NULL AND inbox.organization_id = $1 AND inbox.room_id = room.room_id
      AND inbox.user_id = $2`;

const roomRowSchema = roomView.omit({ settings: true, lastMessage: true, participantIds: true }).extend({
  posting: roomView.shape.settings.shape.posting,
  lastMessage: z.unknown(),
  participantIds: z.array(z.string()).nullable(),
});

export function toRoomView(row: unknown): RoomView {
  const { posting, lastMessage, participantIds, ...room } = roomRowSchema.parse(row);
  return {
    ...room,
    participantIds: participantIds ?? [],
    settings: { posting },
    lastMessage: lastMessage === null ? null : toMessageView(lastMessage),
  };
}

/** Without what only the room's own page shows. */
export function toRoomSummary(row: unknown): RoomSummaryView {
  return roomSummaryView.parse(toRoomView(row));
}
