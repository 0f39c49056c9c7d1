import { holdView, pageOf, retentionView } from '@verbatim/shared';
import { z } from 'zod';
import { auditedRoute } from '../access/audited-route.ts';
import { listHolds, retentionRules } from './hold-rows.ts';

const plain = { parameters: z.strictObject({}), query: z.object({}) };

export const holdRoutes = [
  auditedRoute({
    ...plain,
    name: 'ListHolds',
    path: '/audit/holds',
    summary: 'Legal holds, those in force and those released.',
    access: 'holds',
    answer: pageOf(holdView),
    ask: async ({ caller, services }) => {
      const items = await listHolds(services.sources.record, services.freshKeyring(), caller.organizationId);
      return { body: { items, nextCursor: null }, results: items.length };
    },
  }),
  auditedRoute({
    ...plain,
    name: 'ShowRetention',
    path: '/audit/retention',
    summary: 'For how many days what is said is kept, by default and in single rooms.',
    access: 'retention',
    answer: retentionView,
    ask: async ({ caller, services }) => {
      const { record } = services.sources;
      const body = await retentionRules(record, services.freshKeyring(), caller.organizationId);
      return { body, results: 1 + body.rooms.length };
    },
  }),
];
