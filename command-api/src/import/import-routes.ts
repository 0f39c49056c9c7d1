import { importAnswer, importBody, Problem } from '@verbatim/shared';
import { contextOf } from '../deciding/new-context.ts';
import { noFields, route } from '../http/route.ts';
import { takeIn } from './take-in.ts';

export const importRoutes = [
  route({
    ...noFields,
    name: 'Import',
    method: 'post',
    path: '/chat/import',
    tag: 'Import',
    summary: 'Bring in what was said elsewhere, with its people and at its time.',
    access: 'own-organization-owners',
    rateClass: 'import',
    body: importBody,
    success: 200,
    answer: importAnswer,
    handle: async (services, request) => {
      const { role, organizationId } = request.principal;
      if (role !== 'owner') throw new Problem('forbidden');
      const context = await contextOf(request, 'Import', services.keyring);
      // One request at a time for each organization, so that what comes later in the source comes later in the log.
      const results = await services.queue.run(`import ${organizationId}`, () =>
        takeIn(services, context, request.body.items),
      );
      return { body: { results } };
    },
  }),
];
