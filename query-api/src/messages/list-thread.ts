import {
  authorJoin,
  messageColumns,
  Problem,
  toMessageView,
  type MessageView,
  type Page,
  type Person,
  type SqlSource,
} from '@verbatim/shared';
import { z } from 'zod';
import { pageOfRows, seqCursor } from '../http/paging.ts';
import { readableMessageFrom } from './readable-message.ts';

const thread = `
  SELECT reply.*
  FROM (SELECT coalesce(m.thread_of, m.message_id) AS root_id, m.room_id FROM ${readableMessageFrom}) AS asked
  LEFT JOIN LATERAL (
    SELECT true AS "isReply", ${messageColumns} FROM chat.message AS m ${authorJoin}
    WHERE m.organization_id = $1 AND m.thread_of = asked.root_id AND m.room_id = asked.room_id
      AND m.seq > $4::integer
    ORDER BY m.seq LIMIT $5) AS reply ON true
  ORDER BY reply.seq`;

const foundSchema = z.object({ isReply: z.boolean().nullable() });
const isReply = (row: unknown): boolean => foundSchema.parse(row).isReply === true;

/**
 * The replies in the thread of a message, or in the thread that it is a reply in.
 * @throws Problem `not-found` when there is no such message, or none that the person may read.
 */
export async function listThread(
  source: SqlSource,
  { organizationId, userId }: Person,
  messageId: string,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<MessageView>> {
  const values = [organizationId, userId, messageId, seqCursor(cursor) ?? 0, limit + 1];
  const { rows } = await source.query(thread, values);
  if (rows.length === 0) throw new Problem('not-found');
  return pageOfRows(rows.filter(isReply).map(toMessageView), limit, ({ seq }) => seq);
}
