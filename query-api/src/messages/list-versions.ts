import {
  contentStatusSchema,
  isoText,
  Problem,
  type MessageVersionView,
  type Page,
  type Person,
  type SqlSource,
} from '@verbatim/shared';
import { z } from 'zod';
import { pageOfRows, seqCursor } from '../http/paging.ts';
import { readableMessageFrom } from './readable-message.ts';

/** A message that was never edited has no versions of its own: it is its first. */
const versions = `
  SELECT version.version, version.content, version.text, ${isoText('version.written_at')} AS at,
    version.written_by AS "writtenBy", coalesce(person.display_name, '') AS "displayName"
  FROM ${readableMessageFrom}
  LEFT JOIN LATERAL (
    SELECT version, content, text, written_at, written_by FROM chat.message_version
    WHERE organization_id = $1 AND message_id = m.message_id AND version > $4::integer
    UNION ALL
    SELECT 1, m.content, m.text, m.created_at, m.author_id WHERE m.version = 1 AND $4::integer < 1
    ORDER BY version LIMIT $5) AS version ON true
  LEFT JOIN chat.person ON person.organization_id = $1 AND person.user_id = version.written_by
  ORDER BY version.version`;

const versionRowSchema = z.object({
  version: z.number(),
  content: contentStatusSchema,
  text: z.string().nullable(),
  at: z.string(),
  writtenBy: z.string(),
  displayName: z.string(),
});

/**
 * Every version of a message, the oldest first.
 * @throws Problem `not-found` when there is no such message, or none that the person may read.
 */
export async function listVersions(
  source: SqlSource,
  { organizationId, userId }: Person,
  messageId: string,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<MessageVersionView>> {
  const values = [organizationId, userId, messageId, seqCursor(cursor) ?? 0, limit + 1];
  const { rows } = await source.query(versions, values);
  if (rows.length === 0) throw new Problem('not-found');
  const found = rows.filter(isVersion).map(toVersionView);
  return pageOfRows(found, limit, ({ version }) => version);
}

const foundSchema = z.object({ version: z.number().nullable() });
const isVersion = (row: unknown): boolean => foundSchema.parse(row).version !== null;

function toVersionView(row: unknown): MessageVersionView {
  const { writtenBy, displayName, ...version } = versionRowSchema.parse(row);
  return { ...version, by: { id: writtenBy, displayName } };
}
