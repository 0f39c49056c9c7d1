import { directoryEntryView, idSchema, pageOf } from '@verbatim/shared';
import { z } from 'zod';
import { pageQuery } from '../http/paging.ts';
import { queryRoute } from '../http/query-route.ts';
import { listPeople } from './list-people.ts';

export const directoryRoutes = [
  queryRoute({
    name: 'ListPeople',
    path: '/chat/organizations/{organizationId}/users',
    tag: 'Organization',
    summary: 'The directory; owners and admins see e-mail addresses.',
    access: 'organization',
    // The caller's role, on which the addresses depend, is part of the chat read model.
    reads: ['directory', 'chat'],
    parameters: z.strictObject({ organizationId: idSchema }),
    query: pageQuery,
    answer: pageOf(directoryEntryView),
    ask: ({ sources, caller, parameters, query: { limit, cursor } }) =>
      listPeople(sources.directory, caller, parameters.organizationId, { limit, cursor }),
  }),
];
