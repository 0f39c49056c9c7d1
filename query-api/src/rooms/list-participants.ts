import {
  isoText,
  participantView,
  type Page,
  type ParticipantView,
  type Person,
  type SqlSource,
} from '@verbatim/shared';
import { idCursor, pageOfRows } from '../http/paging.ts';
import { readInRoom } from './read-in-room.ts';

const select = `
  SELECT participant.user_id AS "userId", coalesce(person.display_name, '') AS "displayName", participant.role,
    ${isoText('participant.joined_at')} AS "joinedAt"
  FROM chat.participant LEFT JOIN chat.person USING (organization_id, user_id)
  WHERE participant.organization_id = $1 AND participant.room_id = $3 AND participant.user_id > $4
  ORDER BY participant.user_id LIMIT $5`;

export async function listParticipants(
  source: SqlSource,
  caller: Person,
  roomId: string,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<ParticipantView>> {
  const items = { select, orderBy: '"userId"', values: [idCursor(cursor), limit + 1] };
  const { rows } = await readInRoom(source, caller, roomId, items, (row) => participantView.parse(row));
  return pageOfRows(rows, limit, ({ userId }) => userId);
}
