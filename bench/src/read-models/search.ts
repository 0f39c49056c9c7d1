import { setTimeout as delay } from 'node:timers/promises';
import { pageOf, searchHitView, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';
import { grouped, latencyLine } from '../statistics.ts';
import { bigTablesOptions, startBig } from './big-tables.ts';
import { Chance } from './chance.ts';
import { openTables } from './many-messages.ts';

const asksOfEachKind = 100;
const warmUpAsks = 20;
const hits = pageOf(searchHitView);
const wordSchema = z.object({ word: z.string() });
const scansSchema = z.object({ scans: z.coerce.number() });
const textSchema = z.object({ text: z.string() });

/** Searches of every kind among millions of messages, over HTTP, and whether any table was read from end to end. */
export async function searchBenchmark(args: readonly string[]): Promise<void> {
  const options = bigTablesOptions(args);
  const { instance, reader } = await startBig(options, options.messages);
  const tables = await openTables(instance);
  try {
    if (options.fill) return;
    const organizationId = reader.session.organization.id;
    const questions = await questionsOf(tables.source, organizationId);
    const before = await wholeScans(tables.source);
    const all: number[] = [];
    for (const [kind, texts] of Object.entries(questions)) {
      const answerMs: number[] = [];
      let found = 0;
      const chance = new Chance(3);
      for (let ask = -warmUpAsks; ask < asksOfEachKind; ask += 1) {
        const path = `/chat/search?q=${encodeURIComponent(chance.pick(texts))}`;
        const askedAt = performance.now();
        const answer = hits.parse(await reader.api.call('GET', path));
        if (ask < 0) continue;
        answerMs.push(performance.now() - askedAt);
        if (answer.items.length > 0) found += 1;
      }
      all.push(...answerMs);
      console.log(
        `${kind.padEnd(24)}${latencyLine(answerMs)}  found something ${found} of ${asksOfEachKind} times`,
      );
    }
    console.log(`all, at ${grouped(options.messages)} messages: ${latencyLine(all)}`);
    console.log(`tables read from end to end meanwhile: ${(await wholeScans(tables.source)) - before}`);
  } finally {
    await tables.close();
    await instance.stop();
  }
}

async function questionsOf(
  source: SqlSource,
  organizationId: string,
): Promise<Record<string, readonly string[]>> {
  const wordsBy = async (order: string, offset: number): Promise<string[]> => {
    const { rows } = await source.query(
      `SELECT word FROM search.word WHERE organization_id = $1 AND length(word) BETWEEN 3 AND 20
       ORDER BY ${order} OFFSET ${offset} LIMIT 30`,
      [organizationId],
    );
    return z
      .array(wordSchema)
      .parse(rows)
      .map(({ word }) => word);
  };
  const { rows } = await source.query(
    `SELECT text FROM chat.message WHERE organization_id = $1 AND seq BETWEEN 1000 AND 3000 AND text ~ '^\\w{3,} \\w{3,} \\w{3,}' LIMIT 30`,
    [organizationId],
  );
  const phrases = z
    .array(textSchema)
    .parse(rows)
    .map(({ text }) => `"${text.split(/\s+/).slice(0, 3).join(' ')}"`);
  const common = await wordsBy('documents DESC, term', 0);
  const usual = await wordsBy('documents DESC, term', 2_000);
  const rare = await wordsBy('documents, term', 0);
  const each = (words: readonly string[], add: (word: string, index: number) => string) => words.map(add);
  return {
    'the commonest words': common,
    'usual words': usual,
    'the rarest words': rare,
    'parts of words': each(usual, (word) => word.slice(1, -1)),
    'two common words': each(common, (word, index) => `${word} ${common[(index + 7) % common.length] ?? ''}`),
    'common, not another': each(
      common,
      (word, index) => `${word} -${common[(index + 3) % common.length] ?? ''}`,
    ),
    'all but a common word': each(common, (word) => `-${word}`),
    phrases,
    'of one person': each(common, (word, index) => `${word} from:"Person ${1 + index}"`),
    'in one room': each(common, (word, index) => `${word} in:"room ${index}"`),
    'in one month, long ago': each(common, (word) => `${word} after:${longAgo(0)} before:${longAgo(1)}`),
    'with a link': each(usual, (word) => `${word} has:link`),
    'of no message': each(usual, (word) => `${word}xqzk`),
  };
}

const monthsAgo = 30;
function longAgo(later: number): string {
  const date = new Date();
  date.setUTCMonth(date.getUTCMonth() - monthsAgo + later, 1);
  return date.toISOString().slice(0, '2026-11'.length);
}

/** An idle session writes down what it counted this much later at most (`PGSTAT_IDLE_INTERVAL`). */
const countedWithinMs = 11_000;

/** Of the tables that are large. What this session counted itself, looking for words, is written down first. */
async function wholeScans(source: SqlSource): Promise<number> {
  await source.query('SELECT pg_stat_force_next_flush()');
  await delay(countedWithinMs);
  const { rows } = await source.query(
    `SELECT coalesce(sum(seq_scan), 0) AS scans FROM pg_stat_user_tables
     WHERE (schemaname, relname) IN (('chat', 'message'), ('search', 'document'), ('search', 'word'))`,
  );
  return scansSchema.parse(rows[0]).scans;
}
