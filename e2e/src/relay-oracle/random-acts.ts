import { newId } from '@verbatim/shared/browser';
import { Refused, type ChatApi } from '../services/chat-api.ts';
import type { OracleClient } from './oracle-client.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What a run has made so far, for the acts to choose from. */
export interface Stage {
  readonly random: SeededRandom;
  readonly people: readonly ChatApi[];
  readonly clients: readonly OracleClient[];
  readonly roomIds: string[];
  readonly messages: { readonly id: string; readonly roomId: string; readonly author: ChatApi }[];
}

type Act = (stage: Stage) => Promise<unknown>;

const emoji = ['👍', '🎉', '❤️'];
const path = { room: (id: string) => `/chat/rooms/${id}`, message: (id: string) => `/chat/messages/${id}` };

async function send({ random, people, roomIds, messages }: Stage, relation: object = {}): Promise<void> {
  const [author, roomId, id] = [random.pick(people), random.pick(roomIds), newId()];
  const words = ['hello', 'again', '@room listen', 'ünïcode 漢字 🎈', 'x'.repeat(random.below(3_000) + 1)];
  await author.command('POST', `${path.room(roomId)}/messages`, {
    id,
    text: random.pick(words),
    ...relation,
  });
  messages.push({ id, roomId, author });
}

/** By way of the live client and its outbox, over the socket. */
function sendLive({ random, clients, roomIds, messages }: Stage): Promise<void> {
  const [client, roomId] = [random.pick(clients), random.pick(roomIds)];
  const { id } = client.live.send(roomId, `live ${random.below(1_000)}`);
  messages.push({ id, roomId, author: client.api });
  return Promise.resolve();
}

const onMessage =
  (run: (stage: Stage, message: Stage['messages'][number]) => Promise<unknown>): Act =>
  (stage) =>
    stage.messages.length === 0 ? send(stage) : run(stage, stage.random.pick(stage.messages));

const acts: readonly (readonly [weight: number, act: Act])[] = [
  [10, (stage) => send(stage)],
  [8, sendLive],
  [3, onMessage((stage, { id, roomId }) => send({ ...stage, roomIds: [roomId] }, { threadOf: id }))],
  [2, onMessage((stage, { id, roomId }) => send({ ...stage, roomIds: [roomId] }, { replyTo: id }))],
  [
    4,
    onMessage(({ random }, { id, author }) =>
      author.command('PATCH', path.message(id), { text: `edited ${random.below(1_000)}` }),
    ),
  ],
  [3, onMessage((_stage, { id, author }) => author.command('DELETE', path.message(id)))],
  [
    6,
    onMessage(({ random, people }, { id }) =>
      random
        .pick(people)
        .command(
          random.chance(0.7) ? 'PUT' : 'DELETE',
          `${path.message(id)}/reactions/${encodeURIComponent(random.pick(emoji))}`,
        ),
    ),
  ],
  [
    2,
    onMessage(({ random, people }, { id }) =>
      random.pick(people).command(random.chance(0.6) ? 'PUT' : 'DELETE', `${path.message(id)}/pin`),
    ),
  ],
  [
    4,
    ({ random, clients, roomIds }) => {
      random.pick(clients).markRead(random.pick(roomIds), random.below(60));
      return Promise.resolve();
    },
  ],
  [
    2,
    ({ random, people, roomIds }) =>
      random
        .pick(people)
        .command('PUT', `${path.room(random.pick(roomIds))}/unread`, { seq: 1 + random.below(20) }),
  ],
  [
    3,
    ({ random, people, roomIds }) =>
      random
        .pick(people)
        .command('POST', `${path.room(random.pick(roomIds))}/${random.chance(0.5) ? 'join' : 'leave'}`),
  ],
  [
    3,
    ({ random, people, roomIds }) => {
      const [actor, other, roomId] = [random.pick(people), random.pick(people), random.pick(roomIds)];
      return random.chance(0.6)
        ? actor.command('POST', `${path.room(roomId)}/participants`, { userId: other.userId })
        : actor.command('DELETE', `${path.room(roomId)}/participants/${other.userId}`);
    },
  ],
  [
    1,
    ({ random, people, roomIds }) =>
      random
        .pick(people)
        .command('PATCH', `${path.room(random.pick(roomIds))}/participants/${random.pick(people).userId}`, {
          role: random.pick(['admin', 'moderator', 'member']),
        }),
  ],
  [
    2,
    ({ random, people, roomIds }) =>
      random.pick(people).command('PATCH', path.room(random.pick(roomIds)), {
        topic: `topic ${random.below(100)}`,
        ...(random.chance(0.3) && { visibility: random.pick(['public', 'private']) }),
      }),
  ],
  [
    1,
    ({ random, people, roomIds }) =>
      random
        .pick(people)
        .command('POST', `${path.room(random.pick(roomIds))}/${random.pick(['archive', 'unarchive'])}`),
  ],
  [
    1,
    async ({ random, people, roomIds }) => {
      const id = newId();
      roomIds.push(id);
      await random.pick(people).command('POST', '/chat/rooms', {
        id,
        kind: random.pick(['channel', 'group']),
        name: `room ${roomIds.length}`,
        participantIds: [random.pick(people).userId],
      });
    },
  ],
];
const totalWeight = acts.reduce((sum, [weight]) => sum + weight, 0);

/** Does something that somebody might; that it is refused is as good an outcome as any. */
export async function actAtRandom(stage: Stage): Promise<void> {
  let point = stage.random.below(totalWeight);
  const [, act] = acts.find(([weight]) => (point -= weight) < 0) ?? [0, send];
  try {
    await act(stage);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}
