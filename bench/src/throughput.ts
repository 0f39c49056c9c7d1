import { commandAnswer, newId } from '@verbatim/shared';
import type { Benchmark } from './benchmark.ts';
import { startInstance } from '@verbatim/testing/instance';
import { grouped, latencyLine, median } from './statistics.ts';
import { createChannel, invite, signUp, type Person } from './workspace.ts';

const inFlight = 64;
const senders = 16;
const rooms = 8;
const messagesPerRun = 10_000;
const runs = 3;

interface RunFigures {
  readonly acceptedPerSecond: number;
  /** Until the last message can be read from the query API. */
  readonly projectedPerSecond: number;
  readonly answerMs: readonly number[];
}

/** Messages through the commands with 64 in flight, everything running on this machine. */
export const throughputBenchmark: Benchmark = {
  name: 'throughput',
  summary: `messages accepted and projected per second, ${inFlight} in flight`,
  run: async () => {
    const instance = await startInstance();
    try {
      const owner = await signUp(instance.origin);
      const people = [owner];
      while (people.length < senders)
        people.push(await invite(instance.origin, owner, `Person ${people.length}`));
      const roomIds = await Promise.all(
        Array.from({ length: rooms }, (_, index) => createChannel(owner, `room ${index}`)),
      );
      for (const { api } of people.slice(1))
        for (const roomId of roomIds) await api.call('POST', `/chat/rooms/${roomId}/join`, {});
      const figures: RunFigures[] = [];
      for (let run = 0; run < runs; run += 1) {
        const figure = await measure(people, roomIds);
        figures.push(figure);
        console.log(
          `run ${run + 1}: ${grouped(figure.acceptedPerSecond)}/s accepted, ${grouped(figure.projectedPerSecond)}/s projected, answers ${latencyLine(figure.answerMs)}`,
        );
      }
      const of = (pick: (figure: RunFigures) => number) => grouped(median(figures.map(pick)));
      console.log(
        `median of ${runs} runs of ${grouped(messagesPerRun)}: ${of((f) => f.acceptedPerSecond)} messages/s accepted, ${of((f) => f.projectedPerSecond)} messages/s projected`,
      );
    } finally {
      await instance.remove();
    }
  },
};

async function measure(people: readonly Person[], roomIds: readonly string[]): Promise<RunFigures> {
  const answerMs: number[] = [];
  let next = 0;
  let last = 0n;
  const startedAt = performance.now();
  const worker = async (): Promise<void> => {
    while (next < messagesPerRun) {
      const number = next++;
      const person = pick(people, number);
      const roomId = pick(roomIds, number);
      const sentAt = performance.now();
      const answer = await person.api.call('POST', `/chat/rooms/${roomId}/messages`, {
        id: newId(),
        text: `message ${number} of a run, about as long as people write`,
      });
      answerMs.push(performance.now() - sentAt);
      const position = BigInt(commandAnswer.parse(answer).position);
      if (position > last) last = position;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const acceptedSeconds = (performance.now() - startedAt) / 1_000;
  await pick(people, 0).api.call('GET', '/chat/rooms', undefined, { 'x-min-position': last.toString() });
  const projectedSeconds = (performance.now() - startedAt) / 1_000;
  return {
    acceptedPerSecond: messagesPerRun / acceptedSeconds,
    projectedPerSecond: messagesPerRun / projectedSeconds,
    answerMs,
  };
}

function pick<Item>(items: readonly Item[], number: number): Item {
  const item = items[number % items.length];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}
