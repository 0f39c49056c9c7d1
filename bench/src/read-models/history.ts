import { authorJoin, messageColumns } from '@verbatim/shared';
import { z } from 'zod';
import { grouped, latencyLine, percentile } from '../statistics.ts';
import { bigTablesOptions, startBig, type BigTablesOptions } from './big-tables.ts';
import { Chance } from './chance.ts';
import { openTables } from './many-messages.ts';

const few = 10_000;
const pages = 1_000;
const warmUpPages = 200;
const pageLimit = 50;

const roomSchema = z.object({ roomId: z.string(), lastSeq: z.number() });
const planSchema = z.object({
  'QUERY PLAN': z
    .tuple([z.object({ 'Planning Time': z.number(), 'Execution Time': z.number() })])
    .transform(([plan]) => plan['Planning Time'] + plan['Execution Time']),
});

/** A page of messages at a random place of the largest room, in the database, when there are few messages and many. */
export async function historyBenchmark(args: readonly string[]): Promise<void> {
  const options = bigTablesOptions(args);
  const p99 = [];
  for (const messages of [few, options.messages]) p99.push(await measure(options, messages));
  const [atFew = Number.NaN, atMany = Number.NaN] = p99;
  console.log(
    `p99 at ${grouped(options.messages)} is ${(atMany / atFew).toFixed(2)} times that at ${grouped(few)}`,
  );
}

async function measure(options: BigTablesOptions, messages: number): Promise<number> {
  const { instance, reader } = await startBig(options, messages);
  const tables = await openTables(instance);
  try {
    if (options.fill) return Number.NaN;
    const organizationId = reader.session.organization.id;
    const { rows } = await tables.source.query(
      `SELECT room_id::text AS "roomId", last_seq AS "lastSeq" FROM chat.room
       WHERE organization_id = $1 ORDER BY last_seq DESC LIMIT 1`,
      [organizationId],
    );
    const { roomId, lastSeq } = roomSchema.parse(rows[0]);
    const chance = new Chance(2);
    const inDatabase: number[] = [];
    const overHttp: number[] = [];
    for (let page = -warmUpPages; page < pages; page += 1) {
      const before = 1 + chance.below(lastSeq);
      const explained = await tables.source.query(
        `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)
         SELECT ${messageColumns} FROM chat.message AS m ${authorJoin}
         WHERE m.organization_id = $1 AND m.room_id = $2 AND m.seq < $3 ORDER BY m.seq DESC LIMIT ${pageLimit + 1}`,
        [organizationId, roomId, before],
      );
      const askedAt = performance.now();
      await reader.api.call(
        'GET',
        `/chat/rooms/${roomId}/messages?limit=${pageLimit}&before=${1 + chance.below(lastSeq)}`,
      );
      if (page < 0) continue;
      overHttp.push(performance.now() - askedAt);
      inDatabase.push(planSchema.parse(explained.rows[0])['QUERY PLAN']);
    }
    console.log(`${grouped(messages)} messages: in the database ${latencyLine(inDatabase)}`);
    console.log(`  over HTTP ${latencyLine(overHttp)}`);
    return percentile(inDatabase, 0.99);
  } finally {
    await tables.close();
    await instance.stop();
  }
}
