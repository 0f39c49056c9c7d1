import {
  authorJoin,
  messageColumns,
  Problem,
  toMessageView,
  type MessageView,
  type Person,
  type SqlSource,
} from '@verbatim/shared';
import { readableMessageFrom } from './readable-message.ts';

/** @throws Problem `not-found` when there is no such message, or none that the person may read. */
export async function showMessage(
  source: SqlSource,
  { organizationId, userId }: Person,
  messageId: string,
): Promise<MessageView> {
  const { rows } = await source.query(`SELECT ${messageColumns} FROM ${readableMessageFrom} ${authorJoin}`, [
    organizationId,
    userId,
    messageId,
  ]);
  if (rows[0] === undefined) throw new Problem('not-found');
  return toMessageView(rows[0]);
}
