import { Problem, streamOf, type Logger } from '@verbatim/shared';
import { z } from 'zod';
import type { Services } from '../services.ts';
import { joinOrganization, release } from './registration.ts';

const maxRegistrationsAtOnce = 100;
/** Younger ones are being worked on by the request that began them. */
const abandonedAfterSeconds = 30;
/** An address whose person never came to be is free again after this. */
const releaseAfterMs = 15 * 60 * 1_000;

const rowsSchema = z.object({
  rows: z.array(
    z.object({
      user_id: z.string(),
      organization_id: z.string(),
      organization_name: z.string().nullable(),
      invitation_id: z.string().nullable(),
      command_id: z.string(),
      started_at: z.date(),
    }),
  ),
});

/** Finishes registrations that a crash or an outage left half done, and frees addresses that were never used. */
export async function finishRegistrations(services: Services, logger: Logger): Promise<void> {
  const { rows } = rowsSchema.parse(
    await services.database.raw(
      `SELECT user_id, registration.organization_id, organization_name, invitation_id, command_id, started_at
       FROM accounts.registration JOIN accounts.email USING (user_id)
       WHERE started_at < now() - make_interval(secs => ?) ORDER BY started_at LIMIT ?`,
      [abandonedAfterSeconds, maxRegistrationsAtOnce],
    ),
  );
  for (const row of rows) {
    const registration = {
      userId: row.user_id,
      organizationId: row.organization_id,
      organizationName: row.organization_name,
      invitationId: row.invitation_id,
      commandId: row.command_id,
    };
    const person = await services.states.users.get(streamOf.user(registration.userId), 'now');
    if (person.revision >= 0n) await join(services, registration, logger);
    else if (Date.now() - row.started_at.getTime() > releaseAfterMs) await release(services, registration);
  }
}

/** An invitation that was revoked meanwhile ends the registration; that is an outcome, not a fault. */
async function join(
  services: Services,
  registration: Parameters<typeof joinOrganization>[1],
  logger: Logger,
): Promise<void> {
  const caller = { requestId: registration.commandId, from: undefined, logger };
  try {
    await joinOrganization(services, registration, caller);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    logger.info({ code: error.code, userId: registration.userId }, 'a registration was given up');
  }
}
