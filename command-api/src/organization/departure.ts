import { endSessions } from '../accounts/sessions.ts';
import type { CommandContext } from '../deciding/command-context.ts';
import type { Services } from '../services.ts';

/**
 * Letting somebody go touches the organization, the person's sessions and the rooms that they ran. The row is durable
 * before the first step and goes with the last, so that what a crash leaves is finished by `finishDepartures`.
 */
export async function noteDeparture(
  { database }: Services,
  { organizationId, actorId, commandId }: CommandContext,
  userId: string,
): Promise<void> {
  await database.raw(
    `INSERT INTO accounts.departure (user_id, organization_id, actor_id, command_id) VALUES (?, ?, ?, ?)
     ON CONFLICT (user_id) DO NOTHING`,
    [userId, organizationId, actorId, commandId],
  );
}

/** Everything here may have been done before, and somebody may have been taken back since. */
export async function finishDeparture(
  services: Services,
  context: CommandContext,
  userId: string,
): Promise<void> {
  const members = await services.states.members(context.organizationId, 'now');
  if (members.get(userId)?.active === false) await endSessions(services, context, userId, 'deactivated');
  await services.database.raw('DELETE FROM accounts.departure WHERE user_id = ?', [userId]);
}
