import {
  eventCatalogue,
  exportScope,
  personScope,
  streamOf,
  type KeyScope,
  type SqlSource,
} from '@verbatim/shared';
import { z } from 'zod';
import type { Services } from '../../services.ts';
import type { Erasure } from './erasure-rows.ts';

const invitationRows = z.object({ rows: z.array(z.object({ invitation_id: z.string() })) });

/** What opens the person's words and names: their own key, and those of invitations that were for them. */
export async function keysOfPerson(
  { database, eventStore }: Services,
  { organizationId, userId }: Erasure,
): Promise<readonly KeyScope[]> {
  const scopes = new Set<KeyScope>([personScope(userId)]);
  for await (const { type, data } of eventStore.readStream(streamOf.organization(organizationId))) {
    if (type !== 'UserJoined') continue;
    const joined = eventCatalogue[type].data.parse(data);
    if (joined.userId === userId && joined.invitationId !== null)
      scopes.add(personScope(joined.invitationId));
  }
  const { rows } = invitationRows.parse(
    await database.raw(
      `SELECT invitation_id FROM accounts.invitation JOIN accounts.email USING (email_hash)
       WHERE email.user_id = ? AND invitation.organization_id = ?`,
      [userId, organizationId],
    ),
  );
  for (const { invitation_id: invitationId } of rows) scopes.add(personScope(invitationId));
  return [...scopes];
}

const exportRows = z.array(z.object({ exportId: z.string() }));

/** Exports that were asked for until now: any of them may hold what the person wrote. */
export async function keysOfExports(
  source: SqlSource,
  { organizationId }: Erasure,
): Promise<readonly KeyScope[]> {
  const { rows } = await source.query(
    `SELECT entity_id AS "exportId" FROM record.event AS asked
     WHERE organization_id = $1 AND type = 'ExportRequested' AND entity_type = 'export' AND NOT EXISTS (
       SELECT 1 FROM vault.key
       WHERE key.organization_id = $1 AND key.scope = 'export:' || asked.entity_id AND key.destroyed_as IS NOT NULL)`,
    [organizationId],
  );
  return exportRows.parse(rows).map(({ exportId }) => exportScope(exportId));
}
