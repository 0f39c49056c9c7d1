import { erasureView, idSchema, Problem } from '@verbatim/shared';
import { z } from 'zod';
import { auditedRoute } from '../access/audited-route.ts';
import { findErasure } from './find-erasure.ts';

export const erasureRoutes = [
  auditedRoute({
    name: 'ShowErasure',
    path: '/audit/erasures/{erasureId}',
    summary: 'How far an erasure is: nobody reads the content any more; what is left of it on the disk goes.',
    access: 'erasure',
    parameters: z.strictObject({ erasureId: idSchema }),
    query: z.object({}),
    answer: erasureView,
    ask: async ({ caller, parameters, services }) => {
      const body = await findErasure(
        services.sources.record,
        services.freshKeyring(),
        caller.organizationId,
        parameters.erasureId,
      );
      if (body === undefined) throw new Problem('not-found');
      return { body, results: 1 };
    },
  }),
];
