import { idSchema, messageVersionView, messageView, pageOf, placedMessageView } from '@verbatim/shared';
import { z } from 'zod';
import { pageQuery } from '../http/paging.ts';
import { noFields, queryRoute } from '../http/query-route.ts';
import { listMentions } from './list-mentions.ts';
import { listThread } from './list-thread.ts';
import { listVersions } from './list-versions.ts';
import { showMessage } from './show-message.ts';

const ofMessage = {
  tag: 'Messages',
  access: 'readers',
  reads: ['chat'],
  parameters: z.strictObject({ messageId: idSchema }),
  query: pageQuery,
} as const;

export const messageRoutes = [
  queryRoute({
    name: 'ListMentions',
    path: '/chat/mentions',
    tag: 'Messages',
    summary: 'The messages that call me, by name or as one of the room, the newest first.',
    access: 'people',
    reads: ['chat'],
    parameters: noFields,
    query: pageQuery,
    answer: pageOf(placedMessageView),
    ask: ({ sources, caller, query: { limit, cursor } }) =>
      listMentions(sources.chat, caller, { limit, cursor }),
  }),
  queryRoute({
    ...ofMessage,
    name: 'ShowMessage',
    path: '/chat/messages/{messageId}',
    summary: 'A message as it reads now.',
    query: noFields,
    answer: messageView,
    ask: ({ sources, caller, parameters }) => showMessage(sources.chat, caller, parameters.messageId),
  }),
  queryRoute({
    ...ofMessage,
    name: 'ListThread',
    path: '/chat/messages/{messageId}/thread',
    summary: 'The replies in the thread of a message, ascending.',
    answer: pageOf(messageView),
    ask: ({ sources, caller, parameters, query: { limit, cursor } }) =>
      listThread(sources.chat, caller, parameters.messageId, { limit, cursor }),
  }),
  queryRoute({
    ...ofMessage,
    name: 'ListVersions',
    path: '/chat/messages/{messageId}/history',
    summary: 'Every version of a message, with who wrote it and when.',
    answer: pageOf(messageVersionView),
    ask: ({ sources, caller, parameters, query: { limit, cursor } }) =>
      listVersions(sources.chat, caller, parameters.messageId, { limit, cursor }),
  }),
];
