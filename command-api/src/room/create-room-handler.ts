import {
  createdId,
  directRoomId,
  newId,
  roomDayScope,
  roomScope,
  utcDay,
  type createRoomBody,
} from '@verbatim/shared';
import type { z } from 'zod';
import { answerOf } from '../deciding/answer.ts';
import type { CommandContext } from '../deciding/command-context.ts';
import { contextOf } from '../deciding/new-context.ts';
import type { Answer, AuthenticatedRequest } from '../http/route.ts';
import type { Services } from '../services.ts';
import type { CreateRoom } from './room-command.ts';
import { runOnRoom } from './run-on-room.ts';

type Body = z.output<typeof createRoomBody>;

/** 201 also for a repeated request; 200 for a direct room that was there already. */
export async function createRoom(
  services: Services,
  request: AuthenticatedRequest<unknown, unknown, Body>,
): Promise<Answer> {
  const { body } = request;
  const context = await contextOf(
    request,
    'CreateRoom',
    services.keyring,
    'id' in body ? body.id : undefined,
  );
  const command = commandOf(body, context);
  const { roomId } = command;
  const outcome = await runOnRoom(services, context, roomId, command, [roomScope(roomId)]);
  if (outcome.events.length > 0) await prepareFirstDays(services, context, roomId);
  const wasThere = body.kind === 'direct' && outcome.events.length === 0;
  return answerOf(roomId, outcome, wasThere ? 200 : 201);
}

function commandOf(body: Body, context: CommandContext): CreateRoom {
  const { organizationId, actorId } = context;
  if (body.kind === 'direct') {
    const [otherId = actorId] = body.participantIds;
    return {
      type: 'CreateRoom',
      actorId,
      roomId: directRoomId(organizationId, actorId, otherId),
      kind: 'direct',
      visibility: 'private',
      name: null,
      description: '',
      participantIds: [otherId],
    };
  }
  return {
    type: 'CreateRoom',
    actorId,
    roomId: body.id ?? (context.fingerprint === undefined ? newId() : createdId(context)),
    kind: body.kind,
    visibility: body.visibility ?? (body.kind === 'channel' ? 'public' : 'private'),
    name: body.name ?? null,
    description: body.description ?? '',
    participantIds: body.participantIds ?? [],
  };
}

const dayMs = 24 * 60 * 60 * 1_000;

/** So that the first messages, and those after midnight, need no vault. They make their keys themselves where this fails. */
async function prepareFirstDays(services: Services, context: CommandContext, roomId: string): Promise<void> {
  const today = Date.parse(context.at);
  const days = [today, today + dayMs].map((time) =>
    roomDayScope(roomId, utcDay(new Date(time).toISOString())),
  );
  try {
    await services.keyring.prepare(context.organizationId, days, { create: true });
  } catch (error) {
    context.logger.warn({ err: error, roomId }, 'the first keys of a new room could not be made yet');
  }
}
