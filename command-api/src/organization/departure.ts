import { streamOf, type Logger } from '@verbatim/shared';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { endSessions } from '../accounts/sessions.ts';
import type { CommandContext } from '../deciding/command-context.ts';
import { systemContext } from '../deciding/system-context.ts';
import { handOverRoom } from '../room/hand-over-room.ts';
import type { Services } from '../services.ts';

/** Whoever lets somebody go waits so long for the rooms to be handed over; it goes on by itself after that. */
const handOverWaitMs = 2_000;
const maxDeparturesAtOnce = 100;
/** Younger ones are being worked on by the request that began them. */
const abandonedAfterSeconds = 30;

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
     ON CONFLICT (user_id) DO UPDATE SET command_id = EXCLUDED.command_id, started_at = now()`,
    [userId, organizationId, actorId, commandId],
  );
}

/** Sessions are ended when this resolves, and rooms handed over unless that takes long. */
export async function finishDepartureSoon(
  services: Services,
  context: CommandContext,
  userId: string,
): Promise<void> {
  await endDepartedSessions(services, context, userId);
  const handedOver = handOverRooms(services, context, userId).catch((error: unknown) =>
    context.logger.warn({ err: error, userId }, 'handing over rooms failed; it is tried again'),
  );
  await Promise.race([handedOver, delay(handOverWaitMs, undefined, { ref: false })]);
}

const rowsSchema = z.object({
  rows: z.array(
    z.object({
      user_id: z.string(),
      organization_id: z.string(),
      actor_id: z.string(),
      command_id: z.string(),
    }),
  ),
});

/** Finishes departures that a crash or an outage left half done. */
export async function finishDepartures(services: Services, logger: Logger): Promise<void> {
  const { rows } = rowsSchema.parse(
    await services.database.raw(
      `SELECT user_id, organization_id, actor_id, command_id FROM accounts.departure
       WHERE started_at < now() - make_interval(secs => ?) ORDER BY started_at LIMIT ?`,
      [abandonedAfterSeconds, maxDeparturesAtOnce],
    ),
  );
  for (const row of rows) {
    const { command_id: causationId, organization_id: organizationId, user_id: userId } = row;
    const cause = { commandId: `${causationId}:${userId}`, causationId };
    const context = systemContext(organizationId, 'FinishDeparture', cause, logger);
    await endDepartedSessions(services, context, userId);
    await handOverRooms(services, context, userId);
  }
}

/** Somebody may have been taken back since; then their sessions are none of ours. */
async function endDepartedSessions(
  services: Services,
  context: CommandContext,
  userId: string,
): Promise<void> {
  const members = await services.states.members(context.organizationId, 'now');
  if (members.get(userId)?.active === false) await endSessions(services, context, userId, 'deactivated');
}

async function handOverRooms(services: Services, cause: CommandContext, userId: string): Promise<void> {
  const { states, runner, roomAdmins } = services;
  const { organizationId, logger } = cause;
  for (const roomId of await roomAdmins.roomsRunBy(userId)) {
    const reason = { commandId: `${cause.commandId}:${roomId}`, causationId: cause.commandId };
    await runner.run(systemContext(organizationId, 'HandOverRoom', reason, logger), {
      streams: states.rooms,
      stream: streamOf.room(roomId),
      roomId,
      world: (freshness) => states.members(organizationId, freshness),
      decide: (room, members) => handOverRoom({ room, members }),
    });
  }
  // Somebody taken back and let go again meanwhile has another row, with more rooms to hand over.
  await services.database.raw('DELETE FROM accounts.departure WHERE user_id = ? AND command_id = ?', [
    userId,
    cause.causationId,
  ]);
}
