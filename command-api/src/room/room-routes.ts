import {
  addParticipantBody,
  changeParticipantBody,
  changeRoomBody,
  commandAnswer,
  createRoomBody,
  idSchema,
} from '@verbatim/shared';
import { z } from 'zod';
import { answerOf } from '../deciding/answer.ts';
import { contextOf } from '../deciding/new-context.ts';
import { noFields, route, type Answer, type AuthenticatedRequest } from '../http/route.ts';
import type { Services } from '../services.ts';
import { createRoom } from './create-room-handler.ts';
import type { RoomCommand } from './room-command.ts';
import { runOnRoom } from './run-on-room.ts';

const roomParameters = z.strictObject({ roomId: idSchema });
const participantParameters = z.strictObject({ roomId: idSchema, userId: idSchema });
const shared = {
  ...noFields,
  tag: 'Rooms',
  rateClass: 'change',
  parameters: roomParameters,
  success: 200,
  answer: commandAnswer,
} as const;

type OnRoom = AuthenticatedRequest<{ roomId: string }, unknown, unknown>;

async function run(services: Services, request: OnRoom, command: RoomCommand): Promise<Answer> {
  const { roomId } = request.parameters;
  const context = await contextOf(request, command.type, services.keyring);
  return answerOf(roomId, await runOnRoom(services, context, roomId, command));
}

export const roomRoutes = [
  route({
    ...shared,
    name: 'CreateRoom',
    method: 'post',
    path: '/chat/rooms',
    summary: 'Open a channel, a group, or the one direct room with somebody.',
    access: 'room-creators',
    parameters: noFields.parameters,
    body: createRoomBody,
    success: 201,
    alsoSucceeds: { 200: 'the direct room was there already' },
    handle: createRoom,
  }),
  route({
    ...shared,
    name: 'ChangeRoomDetails',
    method: 'patch',
    path: '/chat/rooms/{roomId}',
    summary: 'Change name, description, topic, visibility or settings.',
    access: 'room-admins',
    body: changeRoomBody,
    handle: (services, request) =>
      run(services, request, {
        ...request.body,
        type: 'ChangeRoomDetails',
        actorId: request.principal.userId,
      }),
  }),
  route({
    ...shared,
    name: 'ArchiveRoom',
    method: 'post',
    path: '/chat/rooms/{roomId}/archive',
    summary: 'Make the room read-only.',
    access: 'room-admins',
    handle: (services, request) =>
      run(services, request, { type: 'ArchiveRoom', actorId: request.principal.userId }),
  }),
  route({
    ...shared,
    name: 'UnarchiveRoom',
    method: 'post',
    path: '/chat/rooms/{roomId}/unarchive',
    summary: 'Let people write in the room again.',
    access: 'room-admins',
    handle: (services, request) =>
      run(services, request, { type: 'UnarchiveRoom', actorId: request.principal.userId }),
  }),
  route({
    ...shared,
    name: 'JoinRoom',
    method: 'post',
    path: '/chat/rooms/{roomId}/join',
    summary: 'Join a public room; joining again changes nothing.',
    access: 'joiners',
    handle: (services, request) =>
      run(services, request, { type: 'JoinRoom', actorId: request.principal.userId }),
  }),
  route({
    ...shared,
    name: 'LeaveRoom',
    method: 'post',
    path: '/chat/rooms/{roomId}/leave',
    summary: 'Leave the room; its last admin stays.',
    access: 'participants',
    handle: (services, request) =>
      run(services, request, { type: 'LeaveRoom', actorId: request.principal.userId }),
  }),
  route({
    ...shared,
    name: 'AddParticipant',
    method: 'post',
    path: '/chat/rooms/{roomId}/participants',
    summary: 'Bring somebody into the room.',
    access: 'adders',
    body: addParticipantBody,
    handle: (services, request) =>
      run(services, request, {
        type: 'AddParticipant',
        actorId: request.principal.userId,
        userId: request.body.userId,
        role: request.body.role ?? 'member',
      }),
  }),
  route({
    ...shared,
    name: 'ChangeParticipantRole',
    method: 'patch',
    path: '/chat/rooms/{roomId}/participants/{userId}',
    summary: 'Make somebody admin, moderator or member of the room.',
    access: 'room-admins',
    parameters: participantParameters,
    body: changeParticipantBody,
    handle: (services, request) =>
      run(services, request, {
        type: 'ChangeParticipantRole',
        actorId: request.principal.userId,
        userId: request.parameters.userId,
        role: request.body.role,
      }),
  }),
  route({
    ...shared,
    name: 'RemoveParticipant',
    method: 'delete',
    path: '/chat/rooms/{roomId}/participants/{userId}',
    summary: 'Take somebody out of the room.',
    access: 'moderators',
    parameters: participantParameters,
    handle: (services, request) =>
      run(services, request, {
        type: 'RemoveParticipant',
        actorId: request.principal.userId,
        userId: request.parameters.userId,
      }),
  }),
];
