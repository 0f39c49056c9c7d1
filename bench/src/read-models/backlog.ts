import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { startInstance } from '@verbatim/testing/instance';
import { z } from 'zod';
import { descendant } from '../relay/process-figures.ts';
import { grouped } from '../statistics.ts';
import { publicChats, readChatTexts } from './chat-texts.ts';
import { fillLog } from './log-filler.ts';
import { openTables, type Tables } from './many-messages.ts';
import { teamsTalking } from './teams.ts';

const pollMs = 50;
const readModels = ['chat', 'directory', 'search', 'record'] as const;
const checkpointSchema = z.object({ position: z.coerce.bigint() });

/** Events written while the projector stands still; then how fast it works off what has gathered. */
export async function backlogBenchmark(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string', default: '100000' },
      data: { type: 'string', default: publicChats },
    },
  });
  const texts = await readChatTexts(values.data);
  const instance = await startInstance();
  const tables = await openTables(instance);
  try {
    const projector = await descendant(instance.pid, 'projections.js');
    process.kill(projector, 'SIGSTOP');
    const before = least(await Promise.all(readModels.map((name) => positionOf(tables, name))));
    const filled = await fillLog(instance, teamsTalking(Number(values.events), texts)).finally(() =>
      process.kill(projector, 'SIGCONT'),
    );
    console.log(`${grouped(filled.events)} events written at ${grouped(filled.events / filled.seconds)}/s`);
    const startedAt = performance.now();
    const caughtUp = await Promise.all(
      readModels.map(async (name) => {
        while ((await positionOf(tables, name)) < filled.position) await delay(pollMs);
        const seconds = (performance.now() - startedAt) / 1_000;
        console.log(`${name.padEnd(10)}worked off in ${seconds.toFixed(1)} s`);
        return seconds;
      }),
    );
    const behind = Number(filled.position - before);
    console.log(`all: ${grouped(behind / Math.max(...caughtUp))} events/s of backlog`);
  } finally {
    await tables.close();
    await instance.remove();
  }
}

const least = (positions: readonly bigint[]): bigint =>
  positions.reduce((one, other) => (other < one ? other : one));

async function positionOf({ source }: Tables, name: string): Promise<bigint> {
  const { rows } = await source.query(`SELECT position::text AS position FROM ${name}.checkpoint`);
  return checkpointSchema.parse(rows[0]).position;
}
