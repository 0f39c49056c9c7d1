import { personScope } from '@verbatim/shared';
import { z } from 'zod';
import { finishRegistrations } from '../accounts/finish-registrations.ts';
import { finishErasures } from '../compliance/erasure/erasure-job.ts';
import { finishDepartures } from '../organization/departure.ts';
import type { Services } from '../services.ts';
import type { Chore } from './upkeep.ts';

const maxRowsAtOnce = 500;

export function chores(services: Services): readonly Chore[] {
  const { database, logger } = services;
  return [
    { name: 'finish registrations', everyMs: 10_000, run: () => finishRegistrations(services, logger) },
    { name: 'finish departures', everyMs: 10_000, run: () => finishDepartures(services, logger) },
    {
      name: 'make the keys of tomorrow',
      everyMs: 5 * 60_000,
      run: () => services.activeRooms.prepareTomorrow(),
    },
    { name: 'apply retention', everyMs: 60_000, run: () => services.retention.keep(services) },
    { name: 'finish erasures', everyMs: 10_000, run: () => finishErasures(services) },
    { name: 'destroy keys of expired invitations', everyMs: 60_000, run: () => closeInvitations(services) },
    {
      name: 'clear away expired refresh tokens',
      everyMs: 10 * 60_000,
      run: async () => {
        await database.raw(
          `DELETE FROM accounts.refresh_token WHERE token_hash IN
             (SELECT token_hash FROM accounts.refresh_token WHERE expires_at < now() LIMIT ?)`,
          [maxRowsAtOnce],
        );
      },
    },
  ];
}

const rowsSchema = z.object({
  rows: z.array(z.object({ invitation_id: z.string(), organization_id: z.string() })),
});

/** Whom an invitation was meant for is nobody's business once it has expired. */
async function closeInvitations({ database, keyring }: Services): Promise<void> {
  const { rows } = rowsSchema.parse(
    await database.raw(
      `SELECT invitation_id, organization_id FROM accounts.invitation
       WHERE key_destroyed_at IS NULL AND expires_at < now() ORDER BY expires_at LIMIT ?`,
      [maxRowsAtOnce],
    ),
  );
  for (const { invitation_id: invitationId, organization_id: organizationId } of rows) {
    await keyring.destroy(organizationId, [personScope(invitationId)], 'erased');
    await database.raw(
      'UPDATE accounts.invitation SET key_destroyed_at = now(), sealed_email = NULL WHERE invitation_id = ?',
      [invitationId],
    );
  }
}
