import { limits, pageOf, searchHitView, textSchema } from '@verbatim/shared';
import { z } from 'zod';
import { limitSchema } from '../http/paging.ts';
import { noFields, queryRoute } from '../http/query-route.ts';
import { searchMessages } from './search-messages.ts';

const maxCursorChars = 200;

export const searchRoutes = [
  queryRoute({
    name: 'SearchMessages',
    path: '/chat/search',
    tag: 'Messages',
    summary:
      'Messages of the rooms that I may read: words and parts of words, "phrases", -without, from:, in:, before:, after:, has:.',
    access: 'people',
    reads: ['chat', 'search'],
    parameters: noFields,
    query: z.strictObject({
      q: textSchema({ min: 1, max: limits.searchCharacters }),
      limit: limitSchema,
      cursor: z.string().max(maxCursorChars).optional(),
    }),
    answer: pageOf(searchHitView),
    ask: ({ sources, caller, query: { q, limit, cursor } }) =>
      searchMessages(sources.search, caller, { q, limit, cursor }),
  }),
];
