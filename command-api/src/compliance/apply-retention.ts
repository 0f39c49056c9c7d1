import { randomUUID } from 'node:crypto';
import {
  roomDayName,
  roomDayScope,
  streamOf,
  utcDay,
  type ExistingOrganization,
  type RoomDay,
} from '@verbatim/shared';
import { z } from 'zod';
import { reject } from '../deciding/decision.ts';
import { systemContext } from '../deciding/system-context.ts';
import { decideOrganization } from '../organization/decide-organization.ts';
import type { Services } from '../services.ts';
import { reachOfHolds } from './record-facts.ts';
import { lastExpiredDay } from './retention-day.ts';

/** What one event names at most: it stays far below the largest append. */
const roomDaysPerEvent = 2_000;

/**
 * Lets go what is past retention, a bounded piece at a time. The event that names the room-days is appended at the
 * exact revision that was decided on, before any key is destroyed: a hold that is placed meanwhile comes before it and
 * keeps them, or after it and finds them gone.
 */
export async function applyRetention(services: Services, organizationId: string): Promise<void> {
  let after = '';
  for (;;) {
    const state = await services.states.organization(organizationId, 'now');
    const today = utcDay(new Date().toISOString());
    const { roomDays, last } = await roomDaysWithKeys(services, state, today, after);
    if (last === undefined) return;
    after = last;
    // A crash came between the event and these keys.
    const unfinished = roomDays.filter((roomDay) => state.expiredRoomDays.has(roomDayName(roomDay)));
    await destroy(services, organizationId, unfinished);
    await destroy(services, organizationId, await expire(services, organizationId, roomDays, today));
  }
}

/** @returns what the event names, durably. */
async function expire(
  services: Services,
  organizationId: string,
  roomDays: readonly RoomDay[],
  today: string,
): Promise<readonly RoomDay[]> {
  const { states, runner, logger } = services;
  const commandId = randomUUID();
  const cause = { commandId, causationId: commandId };
  const { events } = await runner.run(systemContext(organizationId, 'ApplyRetention', cause, logger), {
    streams: states.organizations,
    stream: streamOf.organization(organizationId),
    world: () => Promise.resolve(undefined),
    decide: async (state) => {
      if (state.status === 'none') return reject('not-found');
      const reach = await reachOfHolds(services, state);
      return decideOrganization({ type: 'ApplyRetention', today, roomDays, reach }, state);
    },
  });
  return events.flatMap((event) => (event.type === 'RetentionApplied' ? event.data.roomDays : []));
}

async function destroy(
  { keyring, logger }: Services,
  organizationId: string,
  roomDays: readonly RoomDay[],
): Promise<void> {
  if (roomDays.length === 0) return;
  const scopes = roomDays.map(({ roomId, day }) => roomDayScope(roomId, day));
  await keyring.destroy(organizationId, scopes, 'expired');
  logger.info({ organizationId, roomDays: roomDays.length }, 'what is past retention is gone');
}

const scopeRows = z.object({ rows: z.array(z.object({ scope: z.string() })) });
const scopePattern = /^room-day:(?<roomId>[^:]+):(?<day>[^:]+)$/;

/** Those whose days are past the shortest rule there is; which of them go is decided elsewhere. */
async function roomDaysWithKeys(
  { database }: Services,
  { organizationId, retentionDays }: ExistingOrganization,
  today: string,
  after: string,
): Promise<{ readonly roomDays: readonly RoomDay[]; readonly last: string | undefined }> {
  const rules = [...retentionDays.values()].filter((days) => days !== null);
  if (rules.length === 0) return { roomDays: [], last: undefined };
  const { rows } = scopeRows.parse(
    await database.raw(
      `SELECT scope FROM vault.key
       WHERE organization_id = ? AND scope LIKE 'room-day:%' AND destroyed_as IS NULL
         AND scope > ? AND right(scope, 10) <= ?
       ORDER BY scope LIMIT ?`,
      [organizationId, after, lastExpiredDay(Math.min(...rules), today), roomDaysPerEvent],
    ),
  );
  const roomDays = rows.flatMap(({ scope }) => {
    const { roomId, day } = scopePattern.exec(scope)?.groups ?? {};
    return roomId === undefined || day === undefined ? [] : [{ roomId, day }];
  });
  return { roomDays, last: rows.at(-1)?.scope };
}
