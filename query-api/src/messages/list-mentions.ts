import {
  authorJoin,
  everybodyId,
  idSchema,
  messageColumns,
  Problem,
  type Page,
  type Person,
  type PlacedMessageView,
  type SqlSource,
} from '@verbatim/shared';
import { z } from 'zod';
import { pageOfRows } from '../http/paging.ts';
import { unknownOrganization } from '../sources/unknown-organization.ts';
import { toPlacedMessage } from './placed-message.ts';

/** Of the mentions of one `user_id`, the newest before the place `$4`, `$5`: by an index that has all it asks for. */
const called = (userId: string, right: string): string => `
  SELECT mention.message_id, mention.created_at FROM chat.mention
  WHERE mention.organization_id = $1 AND mention.user_id = ${userId} AND mention.author_id <> $2
    AND (mention.created_at, mention.message_id) < ($4::timestamptz, $5::uuid) AND ${right}
  ORDER BY mention.created_at DESC, mention.message_id DESC LIMIT $3`;

const meInRoom = `SELECT FROM chat.participant AS me
  WHERE me.organization_id = $1 AND me.room_id = mention.room_id AND me.user_id = $2`;

/** By name: in any room that may be read, also before one came. */
const byName = called(
  '$2',
  `(EXISTS (${meInRoom}) OR EXISTS (
      SELECT FROM chat.room
      WHERE room.organization_id = $1 AND room.room_id = mention.room_id AND room.visibility = 'public'))`,
);
/** As one of the room: since one came into it, for as long as one is there. */
const asEverybody = called(`'${everybodyId}'`, `EXISTS (${meInRoom} AND me.joined_seq < mention.seq)`);

const select = `
  SELECT ${messageColumns}, room.name AS "roomName"
  FROM ((${byName}) UNION (${asEverybody}) ORDER BY created_at DESC, message_id DESC LIMIT $3) AS call
  JOIN chat.message AS m ON m.organization_id = ${unknownOrganization} AND m.message_id = call.message_id ${authorJoin}
  JOIN chat.room ON room.organization_id = $1 AND room.room_id = m.room_id
  ORDER BY call.created_at DESC, call.message_id DESC`;

/**
 * The messages of others that call a person, by name or as one of the room, the newest first: by when they were said,
 * for no seq orders messages of several rooms.
 */
export async function listMentions(
  source: SqlSource,
  { organizationId, userId }: Person,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<PlacedMessageView>> {
  const values = [organizationId, userId, limit + 1, ...placeOf(cursor)];
  const { rows } = await source.query(select, values);
  return pageOfRows(
    rows.map(toPlacedMessage),
    limit,
    ({ message: { createdAt, id } }) => `${createdAt}~${id}`,
  );
}

/** Postgres knows no year 0. */
const momentSchema = z.iso.datetime().refine((text) => !text.startsWith('0000'));
const placeSchema = z.tuple([momentSchema, idSchema]);
/** Behind every message. */
const end = ['infinity', everybodyId];

/** @throws Problem `invalid-cursor` */
function placeOf(cursor: string | undefined): readonly string[] {
  if (cursor === undefined) return end;
  const place = placeSchema.safeParse(cursor.split('~'));
  if (!place.success) throw new Problem('invalid-cursor');
  return place.data;
}
