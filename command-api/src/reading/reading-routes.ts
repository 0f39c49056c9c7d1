import {
  commandAnswer,
  idSchema,
  markReadBody,
  markUnreadBody,
  setNotificationsBody,
} from '@verbatim/shared';
import { z } from 'zod';
import { answerOf } from '../deciding/answer.ts';
import { contextOf } from '../deciding/new-context.ts';
import { noFields, route, type Answer, type AuthenticatedRequest } from '../http/route.ts';
import type { Services } from '../services.ts';
import type { ReadingCommand } from './decide-reading.ts';
import { runOnReading } from './run-on-reading.ts';

const shared = {
  ...noFields,
  tag: 'Reading',
  access: 'participants',
  rateClass: 'personal',
  parameters: z.strictObject({ roomId: idSchema }),
  success: 200,
  answer: commandAnswer,
} as const;

type OnRoom = AuthenticatedRequest<{ roomId: string }, unknown, unknown>;

async function run(services: Services, request: OnRoom, command: ReadingCommand): Promise<Answer> {
  const { roomId } = request.parameters;
  const context = await contextOf(request, command.type, services.keyring);
  return answerOf(roomId, await runOnReading(services, context, roomId, command));
}

export const readingRoutes = [
  route({
    ...shared,
    name: 'MarkRead',
    method: 'put',
    path: '/chat/rooms/{roomId}/read',
    summary: 'Everything up to this has been seen; never moves back.',
    body: markReadBody,
    handle: async (services, request) => {
      const { roomId } = request.parameters;
      const context = await contextOf(request, 'MarkRead', services.keyring);
      return answerOf(roomId, await services.readMarks.mark(context, roomId, request.body.seq));
    },
  }),
  route({
    ...shared,
    name: 'MarkUnread',
    method: 'put',
    path: '/chat/rooms/{roomId}/unread',
    summary: 'Everything from this on counts as unread again.',
    body: markUnreadBody,
    handle: async (services, request) => {
      const actorId = request.principal.userId;
      await services.readMarks.settle(actorId, request.parameters.roomId);
      return run(services, request, { type: 'MarkUnread', actorId, seq: request.body.seq });
    },
  }),
  route({
    ...shared,
    name: 'SetNotifications',
    method: 'put',
    path: '/chat/rooms/{roomId}/notifications',
    summary: 'Choose what of the room one is notified of.',
    body: setNotificationsBody,
    handle: (services, request) =>
      run(services, request, {
        type: 'SetNotifications',
        actorId: request.principal.userId,
        level: request.body.level,
      }),
  }),
  route({
    ...shared,
    name: 'SetFavourite',
    method: 'put',
    path: '/chat/rooms/{roomId}/favourite',
    summary: 'Keep the room at hand.',
    handle: (services, request) =>
      run(services, request, { type: 'SetFavourite', actorId: request.principal.userId }),
  }),
  route({
    ...shared,
    name: 'UnsetFavourite',
    method: 'delete',
    path: '/chat/rooms/{roomId}/favourite',
    summary: 'No longer keep the room at hand.',
    handle: (services, request) =>
      run(services, request, { type: 'UnsetFavourite', actorId: request.principal.userId }),
  }),
];
