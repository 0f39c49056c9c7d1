/**
 * For `SELECT … FROM`: the message `$3` of the organization `$1` as `m`, if `$2` may read its room. No row otherwise, so
 * the right and what is joined to it come from one snapshot.
 */
export const readableMessageFrom = `(
  SELECT m.*
  FROM chat.message AS m
  JOIN chat.room ON room.organization_id = m.organization_id AND room.room_id = m.room_id
  LEFT JOIN chat.participant
    ON participant.organization_id = m.organization_id AND participant.room_id = m.room_id
      AND participant.user_id = $2
  WHERE m.organization_id = $1 AND m.message_id = $3
    AND (participant.user_id IS NOT NULL OR room.visibility = 'public')) AS m`;
