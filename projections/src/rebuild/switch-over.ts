import { readLog, type LogReading } from '../runner/catch-up.ts';
import { quoted, stateOf } from '../group/schema.ts';
import { RebuildFault, type Build } from './build.ts';

/** The version that was replaced, kept until somebody says otherwise or the next one takes its place. */
export const previousOf = (name: string): string => `${name}_previous`;

/** What is left when it is switched over is applied while the live tables stand still: it must be little. */
const maxRemainingEvents = 2_000;

/**
 * Puts what was built in the place of the live tables, in one transaction. Whoever projects waits at the checkpoint
 * meanwhile, then finds it retired and goes on in the new tables; whoever asks gets the one or the other, whole.
 */
export async function switchOver(build: Build, reading: LogReading): Promise<void> {
  const { client, model, schema } = build;
  const live = model.name;
  if ((await stateOf(client, live)) === undefined) {
    await client.query(`ALTER SCHEMA ${quoted(schema)} RENAME TO ${quoted(live)}`);
    return;
  }
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL search_path = ${quoted(schema)}, public`);
    await client.query(`SET LOCAL lock_timeout = '10s'`);
    const { rows } = await client.query<{ position: bigint }>(
      `SELECT position FROM ${quoted(live)}.checkpoint FOR UPDATE`,
    );
    const position = rows[0]?.position ?? 0n;
    if (build.position > position)
      throw new RebuildFault(`${live} is at ${position}, behind what was built: are the projectors at work?`);
    const remaining = { from: build.position, to: position, batchEvents: maxRemainingEvents };
    for await (const batch of readLog(reading, remaining)) await build.applyWithin(batch);
    await client.query(`UPDATE ${quoted(live)}.checkpoint SET retired = true`);
    await client.query(`DROP SCHEMA IF EXISTS ${quoted(previousOf(live))} CASCADE`);
    await client.query(`ALTER SCHEMA ${quoted(live)} RENAME TO ${quoted(previousOf(live))}`);
    await client.query(`ALTER SCHEMA ${quoted(schema)} RENAME TO ${quoted(live)}`);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined); // the connection is gone, and with it the transaction
    throw error;
  }
}
