import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { newId } from '@verbatim/shared';
import { startInstance } from '@verbatim/testing/instance';
import { gatherCrowd, type Crowd } from './relay/crowd.ts';
import { processorSecondsByName } from './relay/process-figures.ts';
import { messageIdIn, openRoomSocket, type RoomSocket } from './relay/room-socket.ts';
import { grouped, latencyLine } from './statistics.ts';
import type { Person } from './workspace.ts';

const perSecond = 100;
const secondsPerRun = 15;
const warmUpSeconds = 5;
const runs = 3;
const settleWithinMs = 15_000;

/**
 * A thousand greeted sockets in twenty rooms of fifty: how soon all are connected, and from sending to receiving
 * at a hundred messages (five thousand deliveries) a second, with the whole system on the machine.
 */
export async function relayCrowdBenchmark(): Promise<void> {
  const instance = await startInstance();
  try {
    const crowd = await gatherCrowd(instance.origin);
    const sentAt = new Map<string, number>();
    let latenciesMs: number[] = [];
    const onFrame = (text: string): void => {
      const at = sentAt.get(messageIdIn(text) ?? '');
      if (at !== undefined) latenciesMs.push(performance.now() - at);
    };
    const startedAt = performance.now();
    const sockets = await Promise.all(
      crowd.people.flatMap(({ session }) =>
        crowd.roomIds.map((roomId) => openRoomSocket(instance.origin, session.accessToken, roomId, onFrame)),
      ),
    );
    const connectedMs = performance.now() - startedAt;
    console.log(`${grouped(sockets.length)} sockets connected and greeted in ${connectedMs.toFixed(0)} ms`);

    await talk(crowd, warmUpSeconds * perSecond, new Map());
    for (let run = 0; run < runs; run += 1) {
      latenciesMs = [];
      sentAt.clear();
      const count = secondsPerRun * perSecond;
      const before = await processorSecondsByName(instance.pid);
      await talk(crowd, count, sentAt);
      const expected = count * crowd.people.length;
      const givesUpAt = performance.now() + settleWithinMs;
      while (latenciesMs.length < expected && performance.now() < givesUpAt) await delay(20);
      if (latenciesMs.length !== expected)
        throw new Error(`${grouped(latenciesMs.length)} of ${grouped(expected)} deliveries came`);
      console.log(
        `run ${run + 1}: sent → received ${latencyLine(latenciesMs)} (${grouped(expected)} deliveries)`,
      );
      const used = [...(await processorSecondsByName(instance.pid))]
        .map(([name, seconds]): [string, number] => [name, seconds - (before.get(name) ?? 0)])
        .sort(([, one], [, other]) => other - one)
        .map(([name, seconds]) => `${name} ${((100 * seconds) / secondsPerRun).toFixed(0)} %`);
      console.log(`       of a processor: ${used.join(' · ')}`);
    }
    console.log(`removed → cut off: ${latencyLine(await removals(crowd, sockets))}`);
    for (const { webSocket } of sockets) webSocket.terminate();
  } finally {
    await instance.remove();
  }
}

/** Under the same load: from the command that removes somebody until their socket on the room is closed. */
async function removals(crowd: Crowd, sockets: readonly RoomSocket[]): Promise<number[]> {
  const talking = talk(crowd, secondsPerRun * perSecond, new Map());
  const cutAfterMs: number[] = [];
  for (const [index, roomId] of crowd.roomIds.entries()) {
    // Nobody is removed from a room that they talk in.
    const person = crowd.people[index + 1];
    const socket = sockets[(index + 1) * crowd.roomIds.length + index];
    if (person === undefined || socket === undefined) throw new Error('the crowd is too small');
    const isCut = once(socket.webSocket, 'close');
    const startedAt = performance.now();
    const path = `/chat/rooms/${roomId}/participants/${person.session.user.id}`;
    await crowd.people[0]?.api.call('DELETE', path);
    await isCut;
    cutAfterMs.push(performance.now() - startedAt);
  }
  await talking;
  return cutAfterMs;
}

/** Open loop: each message leaves when it is due, whether or not earlier ones were answered. */
export async function talk(crowd: Crowd, count: number, sentAt: Map<string, number>): Promise<void> {
  const startedAt = performance.now();
  const answers: Promise<unknown>[] = [];
  for (let number = 0; number < count; number += 1) {
    const dueIn = startedAt + (number * 1_000) / perSecond - performance.now();
    if (dueIn > 0) await delay(dueIn);
    const person = crowd.people[number % crowd.people.length];
    const roomId = crowd.roomIds[number % crowd.roomIds.length];
    const id = newId();
    sentAt.set(id, performance.now());
    const body = { id, text: `message ${number} of the crowd` };
    if (person !== undefined) answers.push(untilTaken(person, `/chat/rooms/${roomId}/messages`, body));
  }
  await Promise.all(answers);
}

const maxTries = 40;
const retryWithinMs = 2_000;

/** The same message again while its fate is not known: it is stored once. */
async function untilTaken({ api }: Person, path: string, body: object): Promise<void> {
  for (let attempt = 1; ; attempt += 1)
    try {
      await api.call('POST', path, body);
      return;
    } catch (error) {
      if (attempt === maxTries) throw error;
      await delay(Math.random() * retryWithinMs);
    }
}
