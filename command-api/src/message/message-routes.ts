import { commandAnswer, editMessageBody, emojiSchema, idSchema, sendMessageBody } from '@verbatim/shared';
import { z } from 'zod';
import { noFields, route } from '../http/route.ts';
import { changeMessage, editMessage } from './change-message-handler.ts';
import { sendMessage } from './send-message-handler.ts';

const messageParameters = z.strictObject({ messageId: idSchema });
const reactionParameters = z.strictObject({ messageId: idSchema, emoji: emojiSchema });
const shared = {
  ...noFields,
  tag: 'Messages',
  rateClass: 'message',
  parameters: messageParameters,
  success: 200,
  answer: commandAnswer,
} as const;

export const messageRoutes = [
  route({
    ...shared,
    name: 'SendMessage',
    method: 'post',
    path: '/chat/rooms/{roomId}/messages',
    summary: 'Say something, answer a message or a thread.',
    access: 'participants',
    parameters: z.strictObject({ roomId: idSchema }),
    body: sendMessageBody,
    success: 201,
    handle: sendMessage,
  }),
  route({
    ...shared,
    name: 'EditMessage',
    method: 'patch',
    path: '/chat/messages/{messageId}',
    summary: 'Change one’s own text; earlier versions stay in its history.',
    access: 'authors',
    body: editMessageBody,
    handle: editMessage,
  }),
  route({
    ...shared,
    name: 'DeleteMessage',
    method: 'delete',
    path: '/chat/messages/{messageId}',
    summary: 'Delete a message; its trail stays.',
    access: 'authors-and-moderators',
    handle: (services, request) =>
      changeMessage(services, request, { type: 'DeleteMessage', actorId: request.principal.userId }),
  }),
  route({
    ...shared,
    name: 'React',
    method: 'put',
    path: '/chat/messages/{messageId}/reactions/{emoji}',
    summary: 'React with an emoji, once per person and emoji.',
    access: 'participants',
    rateClass: 'personal',
    parameters: reactionParameters,
    handle: (services, request) =>
      changeMessage(services, request, {
        type: 'React',
        actorId: request.principal.userId,
        emoji: request.parameters.emoji,
      }),
  }),
  route({
    ...shared,
    name: 'Unreact',
    method: 'delete',
    path: '/chat/messages/{messageId}/reactions/{emoji}',
    summary: 'Take a reaction back.',
    access: 'participants',
    rateClass: 'personal',
    parameters: reactionParameters,
    handle: (services, request) =>
      changeMessage(services, request, {
        type: 'Unreact',
        actorId: request.principal.userId,
        emoji: request.parameters.emoji,
      }),
  }),
  route({
    ...shared,
    name: 'PinMessage',
    method: 'put',
    path: '/chat/messages/{messageId}/pin',
    summary: 'Pin a message for everybody in the room.',
    access: 'moderators',
    handle: (services, request) =>
      changeMessage(services, request, { type: 'PinMessage', actorId: request.principal.userId }),
  }),
  route({
    ...shared,
    name: 'UnpinMessage',
    method: 'delete',
    path: '/chat/messages/{messageId}/pin',
    summary: 'Take a pin off.',
    access: 'moderators',
    handle: (services, request) =>
      changeMessage(services, request, { type: 'UnpinMessage', actorId: request.principal.userId }),
  }),
];
