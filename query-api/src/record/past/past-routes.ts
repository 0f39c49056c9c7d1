import { idSchema, pastRoomAnswer, Problem, roomDiffAnswer, type PastRoomAnswer } from '@verbatim/shared';
import { z } from 'zod';
import { limitSchema } from '../../http/paging.ts';
import { auditedRoute, type Asked, type Answered } from '../access/audited-route.ts';
import { roomInPath } from '../access/room-in-path.ts';
import { leafCursor } from '../entries/leaf-cursor.ts';
import { diffRoom } from './diff-room.ts';
import { messagesSent, messagesThen } from './messages-then.ts';
import { asOfView, askedMoment, headOf, momentFields, momentOf, momentSchema } from './moment.ts';
import { detailsThen, participantsThen } from './room-then.ts';

const room = { parameters: z.strictObject({ roomId: idSchema }), roomOf: roomInPath };

export const pastRoutes = [
  auditedRoute({
    ...room,
    name: 'ShowRoomAt',
    path: '/audit/rooms/{roomId}/at',
    summary: 'A room as it was at a time or a position.',
    access: 'room-at',
    query: z.object({
      ...momentFields,
      limit: limitSchema,
      cursor: z.string().max(32).optional(),
      /** The newest page of those sent before this position, instead of the first. */
      before: momentFields.position,
    }),
    answer: pastRoomAnswer,
    ask: showRoomAt,
  }),
  auditedRoute({
    ...room,
    name: 'DiffRoom',
    path: '/audit/rooms/{roomId}/diff',
    summary: 'What is otherwise in a room at a second moment: details, participants, messages.',
    access: 'room-diff',
    query: z.object({
      from: momentSchema,
      to: momentSchema.optional(),
      limit: limitSchema,
      cursor: z.string().max(32).optional(),
    }),
    answer: roomDiffAnswer,
    ask: async ({ caller, parameters, query, services }) => {
      const { organizationId } = caller;
      const { record } = services.sources;
      const from = await momentOf(record, organizationId, askedMoment(query.from));
      const to =
        query.to === undefined
          ? await headOf(record, organizationId)
          : await momentOf(record, organizationId, askedMoment(query.to));
      if (to.endLeaf < from.endLeaf)
        throw new Problem('invalid', { errors: [{ path: 'to', message: 'must not be before from' }] });
      const body = await diffRoom(record, services.freshKeyring(), {
        room: { organizationId, roomId: parameters.roomId },
        from,
        to,
        firstLeaf: leafCursor(query.cursor) ?? from.endLeaf,
        limit: query.limit,
      });
      return {
        body,
        results: body.messages.length + body.participants.length + (body.room === null ? 0 : 1),
      };
    },
  }),
];

type RoomAtQuestion = Asked<
  { roomId: string },
  {
    time?: string | undefined;
    position?: string | undefined;
    before?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  }
>;

async function showRoomAt({ caller, parameters, query, services }: RoomAtQuestion): Promise<Answered> {
  const { organizationId } = caller;
  const { record } = services.sources;
  const keyring = services.freshKeyring();
  const isNow = query.time === undefined && query.position === undefined;
  const moment = isNow ? await headOf(record, organizationId) : await momentOf(record, organizationId, query);
  const at = { organizationId, roomId: parameters.roomId, endLeaf: moment.endLeaf };
  const details = await detailsThen(record, keyring, at);
  if (details === undefined) throw new Problem('not-found', { detail: 'The room was not there yet.' });
  const participants = await participantsThen(record, keyring, at);
  const sent =
    query.before === undefined
      ? await messagesSent(record, at, { from: leafCursor(query.cursor) ?? 0n, limit: query.limit + 1 })
      : await messagesSent(record, at, {
          before: (
            await momentOf(record, organizationId, { position: (BigInt(query.before) - 1n).toString() })
          ).endLeaf,
          limit: query.limit,
        });
  const page = sent.slice(0, query.limit);
  const views = await messagesThen(record, keyring, {
    organizationId,
    endLeaf: moment.endLeaf,
    messageIds: page.map(({ messageId }) => messageId),
  });
  const body: PastRoomAnswer = {
    asOf: asOfView(moment),
    room: { ...details, participantCount: participants.length },
    participants,
    messages: page.flatMap(({ messageId }) => views.get(messageId) ?? []),
    nextCursor: sent[query.limit]?.leafIndex.toString() ?? null,
  };
  return { body, results: body.messages.length };
}
