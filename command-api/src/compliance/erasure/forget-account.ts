import { inTransaction } from '@verbatim/shared';
import type { Services } from '../../services.ts';
import type { Erasure } from './erasure-rows.ts';

/** Everything by which the person proved who they are, and from where; their address is free again. */
export async function forgetAccount(
  { database }: Services,
  { organizationId, userId }: Erasure,
): Promise<void> {
  await inTransaction(database, async (transaction) => {
    await transaction.raw(
      `UPDATE accounts.invitation SET sealed_email = NULL, email_hash = NULL,
         key_destroyed_at = coalesce(key_destroyed_at, now())
       WHERE organization_id = ? AND email_hash IN (SELECT email_hash FROM accounts.email WHERE user_id = ?)`,
      [organizationId, userId],
    );
    for (const table of ['email', 'credential', 'registration', 'session', 'known_address'])
      await transaction.raw('DELETE FROM ?? WHERE user_id = ?', [`accounts.${table}`, userId]);
  });
}
