import {
  durableFrameSchema,
  idSchema,
  messagePageView,
  messageView,
  pageOf,
  participantView,
  receiptView,
  roomSummaryView,
  roomView,
} from '@verbatim/shared';
import { z } from 'zod';
import { pageFields, pageQuery, seqCursor, seqSchema } from '../http/paging.ts';
import { noFields, queryRoute } from '../http/query-route.ts';
import { listMessages } from '../messages/list-messages.ts';
import { listPins } from '../messages/list-pins.ts';
import { stretchOf } from '../messages/message-page.ts';
import { listFrames } from './list-frames.ts';
import { listParticipants } from './list-participants.ts';
import { listReceipts } from './list-receipts.ts';
import { listRooms } from './list-rooms.ts';
import { showRoom } from './show-room.ts';

const inRoom = {
  tag: 'Rooms',
  access: 'readers',
  reads: ['chat'],
  parameters: z.strictObject({ roomId: idSchema }),
  query: pageQuery,
} as const;
const seq = seqSchema.optional();
const stretchQuery = z
  .strictObject({ ...pageFields, before: seq, after: seq, around: seq })
  .refine(
    (query) => [query.before, query.after, query.around].filter((each) => each !== undefined).length < 2,
    {
      message: 'name one of before, after and around',
    },
  );

export const roomRoutes = [
  queryRoute({
    name: 'ListRooms',
    path: '/chat/rooms',
    tag: 'Rooms',
    summary: 'My rooms with what is unread, or the public ones that I am not in.',
    access: 'people',
    reads: ['chat'],
    parameters: noFields,
    query: z.strictObject({ ...pageFields, discover: z.enum(['true', 'false']).default('false') }),
    answer: pageOf(roomSummaryView),
    ask: ({ sources, caller, query: { discover, limit, cursor } }) =>
      listRooms(sources.chat, caller, { discover: discover === 'true', limit, cursor }),
  }),
  queryRoute({
    ...inRoom,
    name: 'ShowRoom',
    path: '/chat/rooms/{roomId}',
    summary: 'A room with its details and how I follow it.',
    query: noFields,
    answer: roomView,
    ask: ({ sources, caller, parameters }) => showRoom(sources.chat, caller, parameters.roomId),
  }),
  queryRoute({
    ...inRoom,
    name: 'ListParticipants',
    path: '/chat/rooms/{roomId}/participants',
    summary: 'Who is in a room.',
    answer: pageOf(participantView),
    ask: ({ sources, caller, parameters, query: { limit, cursor } }) =>
      listParticipants(sources.chat, caller, parameters.roomId, { limit, cursor }),
  }),
  queryRoute({
    ...inRoom,
    name: 'ListReceipts',
    path: '/chat/rooms/{roomId}/receipts',
    summary: 'How far each participant has read.',
    answer: pageOf(receiptView),
    ask: ({ sources, caller, parameters, query: { limit, cursor } }) =>
      listReceipts(sources.chat, caller, parameters.roomId, { limit, cursor }),
  }),
  queryRoute({
    ...inRoom,
    name: 'ListPins',
    path: '/chat/rooms/{roomId}/pins',
    summary: 'The pinned messages of a room.',
    answer: pageOf(messageView),
    ask: ({ sources, caller, parameters, query: { limit, cursor } }) =>
      listPins(sources.chat, caller, parameters.roomId, { limit, cursor }),
  }),
  queryRoute({
    ...inRoom,
    name: 'ListMessages',
    path: '/chat/rooms/{roomId}/messages',
    summary: 'The newest messages of a room, or those before, after or around a seq, ascending.',
    query: stretchQuery,
    answer: messagePageView,
    ask: ({ sources, caller, parameters, query: { limit, cursor, ...stretch } }) =>
      listMessages(sources.chat, caller, parameters.roomId, stretchOf(stretch, seqCursor(cursor)), limit),
  }),
  queryRoute({
    ...inRoom,
    name: 'ListFrames',
    path: '/chat/rooms/{roomId}/events',
    summary: 'The durable frames of a room after a seq, for catching up.',
    query: z.strictObject({ ...pageFields, after: seqSchema.default(0) }),
    answer: pageOf(durableFrameSchema),
    ask: ({ sources, caller, parameters, query: { after, limit, cursor } }) =>
      listFrames(sources.chat, caller, parameters.roomId, { after: seqCursor(cursor) ?? after, limit }),
  }),
];
