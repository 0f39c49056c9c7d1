import { createdId, newId, roomDayScope, streamOf, utcDay, type sendMessageBody } from '@verbatim/shared';
import type { z } from 'zod';
import { answerOf } from '../deciding/answer.ts';
import { contextOf } from '../deciding/new-context.ts';
import type { Answer, AuthenticatedRequest } from '../http/route.ts';
import { mentionsIn } from '../mentions/mentions-in.ts';
import type { Services } from '../services.ts';
import type { Freshness } from '../streams/stream-states.ts';
import { decideMessage } from './decide-message.ts';
import { referTo } from './find-message.ts';

type SendRequest = AuthenticatedRequest<{ roomId: string }, unknown, z.output<typeof sendMessageBody>>;

export async function sendMessage(services: Services, request: SendRequest): Promise<Answer> {
  const { states, keyring, runner } = services;
  const { roomId } = request.parameters;
  const { id, text, replyTo, threadOf } = request.body;
  const context = await contextOf(request, 'SendMessage', keyring, id);
  const { organizationId, actorId } = context;
  const messageId = id ?? (context.fingerprint === undefined ? newId() : createdId(context));
  const day = utcDay(context.at);

  const world = async (freshness: Freshness) => {
    const [roomWorld, replied, thread] = await Promise.all([
      states.roomWorld(organizationId, roomId, freshness),
      referTo(states, organizationId, replyTo),
      referTo(states, organizationId, threadOf),
    ]);
    const mentions = await mentionsIn(services, organizationId, text, roomWorld);
    return { ...roomWorld, replied, thread, mentions };
  };
  const outcome = await runner.run(context, {
    streams: states.messages,
    stream: streamOf.message(messageId),
    roomId,
    isNew: true,
    newKeys: [roomDayScope(roomId, day)],
    world,
    decide: ({ message }, { room, members, roomRevision, replied, thread, mentions }) =>
      decideMessage(
        {
          type: 'SendMessage',
          actorId,
          messageId,
          day,
          text,
          mentions,
          replyTo: replied,
          threadOf: thread,
          roomRevision: Number(roomRevision),
        },
        { message, room, members },
      ),
  });
  services.activeRooms.note(organizationId, roomId);
  return answerOf(messageId, outcome);
}
