import { createdId, newId, room, streamOf, type placeHoldBody } from '@verbatim/shared';
import type { z } from 'zod';
import { answerOf } from '../deciding/answer.ts';
import { contextOf } from '../deciding/new-context.ts';
import type { Answer, AuthenticatedRequest } from '../http/route.ts';
import { runOnOrganization } from '../organization/run-on-organization.ts';
import type { Services } from '../services.ts';

const roomsReadAtOnce = 32;

export async function placeHold(
  services: Services,
  request: AuthenticatedRequest<unknown, unknown, z.output<typeof placeHoldBody>>,
): Promise<Answer> {
  const { name, reason, userIds, roomIds, from, to } = request.body;
  const context = await contextOf(request, 'PlaceHold', services.keyring);
  const holdId = context.fingerprint === undefined ? newId() : createdId(context);
  const outcome = await runOnOrganization(services, context, {
    type: 'PlaceHold',
    actorId: context.actorId,
    holdId,
    name,
    reason,
    userIds: userIds ?? null,
    roomIds: roomIds ?? null,
    from: from ?? null,
    to: to ?? null,
    ownRoomIds: await ownRooms(services, context.organizationId, roomIds ?? []),
  });
  return answerOf(holdId, outcome);
}

export async function releaseHold(
  services: Services,
  request: AuthenticatedRequest<{ holdId: string }, unknown, unknown>,
): Promise<Answer> {
  const { holdId } = request.parameters;
  const context = await contextOf(request, 'ReleaseHold', services.keyring);
  const command = { type: 'ReleaseHold', actorId: context.actorId, holdId } as const;
  const outcome = await runOnOrganization(services, context, command);
  services.retention.soon(context.organizationId);
  return answerOf(holdId, outcome);
}

/** Those of the rooms that are the organization's. */
export async function ownRooms(
  { states }: Pick<Services, 'states'>,
  organizationId: string,
  roomIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const own = new Set<string>();
  for (let from = 0; from < roomIds.length; from += roomsReadAtOnce)
    await Promise.all(
      roomIds.slice(from, from + roomsReadAtOnce).map(async (roomId) => {
        const tracked = await states.rooms.get(streamOf.room(roomId), 'recent');
        if (tracked.organizationId === organizationId && tracked.state !== room.initial) own.add(roomId);
      }),
    );
  return own;
}
