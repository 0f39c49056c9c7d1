import { idSchema } from '@verbatim/shared';
import { z } from 'zod';
import { auditedRoute } from '../access/audited-route.ts';
import { roomInPath } from '../access/room-in-path.ts';
import { askedMoment, headOf, momentBefore, momentOf, momentSchema, type Moment } from '../past/moment.ts';
import type { RecordServices } from '../record-services.ts';
import { replayRoom } from './replay-room.ts';

const maxSpeed = 1_000_000;

export const replayRoutes = [
  auditedRoute({
    name: 'ReplayRoom',
    path: '/audit/rooms/{roomId}/replay',
    summary:
      'Every change of a room in order, as newline-delimited JSON; speed 1 is real time, 0 as fast as it goes. ' +
      'A replay that was cut goes on with the last line’s position as cursor.',
    access: 'room-replay',
    parameters: z.strictObject({ roomId: idSchema }),
    roomOf: roomInPath,
    query: z.object({
      from: momentSchema.optional(),
      to: momentSchema.optional(),
      speed: z
        .string()
        .regex(/^\d{1,7}(?:\.\d{1,6})?$/, 'must be a number of at least 0')
        .transform(Number)
        .pipe(z.number().max(maxSpeed))
        .default(0),
      /** Everything after this position. */
      cursor: z
        .string()
        .regex(/^\d{1,19}$/, 'must be a decimal position')
        .optional(),
    }),
    ask: async ({ caller: { organizationId }, parameters, query, services }) => {
      const { record } = services.sources;
      const start = await startOf(services, organizationId, query);
      const end =
        query.to === undefined
          ? await headOf(record, organizationId)
          : await momentOf(record, organizationId, askedMoment(query.to));
      const room = { organizationId, roomId: parameters.roomId };
      return {
        stream: (signal) =>
          replayRoom(services, room, { from: start.endLeaf, to: end.endLeaf }, query.speed, signal),
        headers: { 'Content-Type': 'application/x-ndjson; charset=utf-8' },
        results: null,
        range: { from: start.position, to: end.position },
      };
    },
  }),
];

/** The moment that the replay goes on from: what has happened by then is not shown. */
async function startOf(
  { sources: { record } }: RecordServices,
  organizationId: string,
  { from, cursor }: { readonly from?: string | undefined; readonly cursor?: string | undefined },
): Promise<Moment> {
  const { time, position } = askedMoment(from ?? '0');
  if (cursor === undefined && time !== undefined) return momentBefore(record, organizationId, time);
  const last = cursor === undefined ? BigInt(position ?? '0') - 1n : BigInt(cursor);
  return momentOf(record, organizationId, { position: (last < 0n ? 0n : last).toString() });
}
