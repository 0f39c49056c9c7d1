import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { newId, serverFrameSchema, subprotocol } from '@verbatim/shared';
import WebSocket from 'ws';
import type { Benchmark } from './benchmark.ts';
import { startInstance } from '@verbatim/testing/instance';
import { latencyLine } from './statistics.ts';
import { createChannel, invite, signUp, type Person } from './workspace.ts';

const perSecond = 100;
const secondsPerRun = 20;
const warmUpSeconds = 5;
const runs = 3;

/** How long from the command's acceptance to the frame at another client, at a steady rate. */
export const liveLatencyBenchmark: Benchmark = {
  name: 'live',
  summary: `message accepted → frame at another client, at ${perSecond} messages/s`,
  run: async () => {
    const instance = await startInstance();
    try {
      const sender = await signUp(instance.origin);
      const receiver = await invite(instance.origin, sender, 'Receiver');
      const roomId = await createChannel(sender, 'live');
      await receiver.api.call('POST', `/chat/rooms/${roomId}/join`, {});
      const arrivals = new Map<string, number>();
      const socket = await listen(instance.origin, receiver, arrivals);
      await send(sender, roomId, warmUpSeconds * perSecond);
      for (let run = 0; run < runs; run += 1) {
        const sent = await send(sender, roomId, secondsPerRun * perSecond);
        await until(() => [...sent.keys()].every((id) => arrivals.has(id)));
        const fromAnswer: number[] = [];
        const fromSending: number[] = [];
        for (const [id, { sentAt, acceptedAt }] of sent) {
          const arrivedAt = arrivals.get(id) ?? Number.NaN;
          fromAnswer.push(Math.max(0, arrivedAt - acceptedAt));
          fromSending.push(arrivedAt - sentAt);
        }
        console.log(`run ${run + 1}: accepted → frame ${latencyLine(fromAnswer)}`);
        console.log(`       sent → frame     ${latencyLine(fromSending)}`);
      }
      socket.close();
    } finally {
      await instance.remove();
    }
  },
};

async function listen(origin: string, person: Person, arrivals: Map<string, number>): Promise<WebSocket> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws`, subprotocol);
  await once(socket, 'open');
  const isReady = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const arrivedAt = performance.now();
      const frame = serverFrameSchema.parse(JSON.parse(data.toString('utf8')));
      if (frame.type === 'ready') resolve();
      if (frame.type === 'message') arrivals.set(frame.message.id, arrivedAt);
    });
  });
  socket.send(JSON.stringify({ type: 'hello', token: person.session.accessToken }));
  await isReady;
  return socket;
}

interface Sent {
  readonly sentAt: number;
  readonly acceptedAt: number;
}

/** Open loop: each message leaves when it is due, whether or not earlier ones were answered. */
async function send(person: Person, roomId: string, count: number): Promise<Map<string, Sent>> {
  const sent = new Map<string, Sent>();
  const startedAt = performance.now();
  const answers: Promise<void>[] = [];
  for (let number = 0; number < count; number += 1) {
    const dueIn = startedAt + (number * 1_000) / perSecond - performance.now();
    if (dueIn > 0) await delay(dueIn);
    const id = newId();
    const sentAt = performance.now();
    const path = `/chat/rooms/${roomId}/messages`;
    answers.push(
      person.api.call('POST', path, { id, text: `message ${number}` }).then(() => {
        sent.set(id, { sentAt, acceptedAt: performance.now() });
      }),
    );
  }
  await Promise.all(answers);
  return sent;
}

async function until(isSo: () => boolean): Promise<void> {
  const givesUpAt = performance.now() + 10_000;
  while (!isSo()) {
    if (performance.now() > givesUpAt) throw new Error('messages were accepted and never arrived');
    await delay(10);
  }
}
