import { randomBytes, randomUUID } from 'node:crypto';
import { commandAnswer, connectEventStore, createLogger, newId } from '@verbatim/shared';
import { startLoneCommandApi } from './lone-command-api.ts';
import { grouped, latencyLine, median } from './statistics.ts';
import { createChannel, signUp } from './workspace.ts';

const inFlight = 64;
const rooms = 8;
const commandsPerRun = 5_000;
const runs = 5;
const warmUp = 1_000;

/**
 * What of the event store's own pace is left when an append is a command: HTTP, checking, deciding and sealing included.
 * Bare appends and commands take turns in one run, against one store, so that whatever else the machine does
 * slows both alike. Nobody projects meanwhile: `throughput` measures commands with all that follows from them. Bare appends go by the client that the commands use and carry events as large as theirs.
 */
export async function commandPathBenchmark(): Promise<void> {
  const commandApi = await startLoneCommandApi();
  try {
    const logger = createLogger({ name: 'bench', level: 'silent' });
    const eventStore = connectEventStore({ url: commandApi.eventStoreUrl, logger });
    const owner = await signUp(commandApi.origin);
    const roomIds = await Promise.all(
      Array.from({ length: rooms }, (_, index) => createChannel(owner, `room ${index}`)),
    );
    const bare = async (): Promise<void> => {
      const event = { id: randomUUID(), ...likeMessage() };
      const result = await eventStore.append(`bench-${event.id}`, [event], { expectedRevision: 'no-stream' });
      if (result.status !== 'appended') throw new Error(`a bare append was ${result.status}`);
    };
    const command = async (index: number): Promise<void> => {
      const path = `/chat/rooms/${roomIds[index % rooms] ?? ''}/messages`;
      const body = { id: newId(), text: `message number ${index} of a measurement` };
      commandAnswer.parse(await owner.api.call('POST', path, body));
    };
    await measure(warmUp, bare);
    await measure(warmUp, command);
    const shares: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const appends = await measure(commandsPerRun, bare);
      const commands = await measure(commandsPerRun, command);
      shares.push(commands.perSecond / appends.perSecond);
      console.log(
        `run ${run + 1}: ${grouped(appends.perSecond)} appends/s, ${grouped(commands.perSecond)} commands/s ` +
          `(${percent(commands.perSecond / appends.perSecond)}), answers ${latencyLine(commands.answerMs)}`,
      );
    }
    console.log(`median of ${runs} runs: a command path of ${percent(median(shares))} of bare appends`);
    await eventStore.close();
  } finally {
    await commandApi.stop();
  }
}

async function measure(
  count: number,
  work: (index: number) => Promise<void>,
): Promise<{ readonly perSecond: number; readonly answerMs: readonly number[] }> {
  const answerMs: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      const askedAt = performance.now();
      await work(index);
      answerMs.push(performance.now() - askedAt);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { perSecond: count / ((performance.now() - startedAt) / 1_000), answerMs };
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Data and metadata of the size that a short message has. */
function likeMessage() {
  const sealed = (bytes: number) => ({
    box: randomBytes(bytes).toString('base64'),
    keys: [`person:${randomUUID()}`],
  });
  const names = ['actorId', 'causationId', 'commandId', 'correlationId', 'organizationId', 'roomId'];
  return {
    type: 'BareAppend',
    data: { authorId: randomUUID(), messageId: randomUUID(), roomId: randomUUID(), sealed: sealed(90) },
    metadata: {
      ...Object.fromEntries(names.map((name) => [name, randomUUID()])),
      context: { sealed: sealed(80), sessionId: randomUUID() },
      fingerprint: randomBytes(32).toString('base64url'),
      occurredAt: new Date().toISOString(),
    },
  };
}
