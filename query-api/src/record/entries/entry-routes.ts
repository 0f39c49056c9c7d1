import { auditEntryView, idSchema, messageTrailView, pageOf, Problem } from '@verbatim/shared';
import { z } from 'zod';
import { pageFields } from '../../http/paging.ts';
import { auditedRoute, type AskedRoom } from '../access/audited-route.ts';
import { roomFacts } from '../access/room-facts.ts';
import type { RecordServices } from '../record-services.ts';
import { leafCursor } from './leaf-cursor.ts';
import { listEvents } from './list-events.ts';
import { messageTrail, roomOfMessage } from './message-trail.ts';

const time = z.iso.datetime({ offset: true });

export const entryRoutes = [
  auditedRoute({
    name: 'ListAuditEvents',
    path: '/audit/events',
    summary: 'Every event of the organization, in the order of the log.',
    access: 'events',
    parameters: z.strictObject({}),
    query: z.object({
      ...pageFields,
      room: idSchema.optional(),
      actor: idSchema.optional(),
      type: z.string().max(64).optional(),
      entity: idSchema.optional(),
      from: time.optional(),
      to: time.optional(),
      order: z.enum(['asc', 'desc']).default('asc'),
    }),
    answer: pageOf(auditEntryView),
    roomOf: async ({ caller, query: { room }, services }): Promise<AskedRoom> =>
      room === undefined
        ? { kind: 'none' }
        : {
            kind: 'room',
            roomId: room,
            facts: await roomFacts(services.sources.record, caller.organizationId, room),
          },
    ask: async ({ caller, query, reason, services }) => {
      const { limit, cursor, order, ...filter } = query;
      const body = await listEvents(
        services.sources,
        services.freshKeyring(),
        { ...filter, organizationId: caller.organizationId },
        { limit, cursor: leafCursor(cursor), order },
        reason !== null,
      );
      return { body, results: body.items.length };
    },
  }),
  auditedRoute({
    name: 'ShowMessageTrail',
    path: '/audit/messages/{messageId}/trail',
    summary: 'Every event of a message, opened, with its state before and after and with proofs.',
    access: 'message-trail',
    parameters: z.strictObject({ messageId: idSchema }),
    query: z.object({ cursor: z.string().max(32).optional() }),
    answer: messageTrailView,
    roomOf: ({ caller, parameters, services }) =>
      roomAround(services, caller.organizationId, parameters.messageId),
    ask: async ({ caller, parameters, query, services }) => {
      const { sources, signer } = services;
      const keyring = services.freshKeyring();
      const message = { organizationId: caller.organizationId, messageId: parameters.messageId };
      const body = await messageTrail(sources, keyring, signer, message, leafCursor(query.cursor));
      if (body === undefined) throw new Problem('not-found');
      return { body, results: body.items.length };
    },
  }),
];

async function roomAround(
  { sources }: RecordServices,
  organizationId: string,
  messageId: string,
): Promise<AskedRoom> {
  const roomId = await roomOfMessage(sources.record, organizationId, messageId);
  if (roomId === undefined) return { kind: 'room', roomId: null, facts: undefined };
  return { kind: 'room', roomId, facts: await roomFacts(sources.record, organizationId, roomId) };
}
