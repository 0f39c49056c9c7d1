import { eventNames } from '@verbatim/shared';
import { freshDatabase, type FreshDatabase } from '@verbatim/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chat } from './chat/chat.ts';
import { readModels } from './projections.ts';
import { Build } from './rebuild/build.ts';
import { compareSchemas } from './rebuild/compare.ts';
import { historyArbitrary, itemsOf } from './testing/history.ts';
import { ModelFixture, splitBy } from './testing/model-fixture.ts';
import { recount } from './testing/recount.ts';

const numRuns = process.env.VERBATIM_LONG ? 300 : 12;

let database: FreshDatabase;
let fixture: ModelFixture;

beforeAll(async () => {
  database = await freshDatabase();
  fixture = await ModelFixture.open(database.url);
});
afterAll(async () => {
  await fixture.close();
  await database.drop();
});

const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });

describe.each(readModels)('the read model $name', (model) => {
  it('is the same however its events are cut into batches', () =>
    fc.assert(
      fc.asyncProperty(historyArbitrary, lengths, async (steps, cuts) => {
        const items = itemsOf(steps);
        const one = await fixture.project(model, [items]);
        const other = await fixture.project(model, splitBy(items, cuts));
        const sides = [one, other].map((schema) => ({ connection: fixture.client, schema })) as [Side, Side];
        expect(await compareSchemas(...sides)).toEqual([]);
        await fixture.drop(one, other);
      }),
      { numRuns },
    ));

  it('is the same when every batch comes twice', () =>
    fc.assert(
      fc.asyncProperty(historyArbitrary, lengths, async (steps, cuts) => {
        const items = itemsOf(steps);
        const once = await fixture.project(model, [items]);
        const twice = await fixture.project(
          model,
          splitBy(items, cuts).flatMap((batch) => [batch, batch]),
        );
        const sides = [once, twice].map((schema) => ({ connection: fixture.client, schema })) as [Side, Side];
        expect(await compareSchemas(...sides)).toEqual([]);
        await fixture.drop(once, twice);
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    ));
});

describe.each(readModels)('the read model $name, built anew', (model) => {
  it('is what it is when it follows the log, also when the building was stopped half-way', () =>
    fc.assert(
      fc.asyncProperty(historyArbitrary, lengths, async (steps, cuts) => {
        const items = itemsOf(steps);
        const live = await fixture.project(model, [items]);
        const schema = `${live}_building`;
        const batches = splitBy(items, cuts);
        const half = batches.length >> 1;
        for (const some of [batches.slice(0, half), batches.slice(half)]) {
          const build = await Build.open({
            databaseUrl: database.url,
            model,
            schema,
            skipped: new Set(),
            heedsDecisions: true,
          });
          for (const batch of some)
            await build.apply({ items: batch, upTo: batch.at(-1)?.stored.position ?? build.position });
          if (batches.length === 0 || some.at(-1) === batches.at(-1)) await build.finishLoading();
          await build.close();
        }
        const sides = [live, schema].map((name) => ({ connection: fixture.client, schema: name }));
        expect(await compareSchemas(...(sides as [Side, Side]))).toEqual([]);
        await fixture.drop(live, schema);
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    ));
});

describe.each(readModels)('the read model $name, while it is built', (model) => {
  it('keeps nothing that a crash of Postgres would empty', async () => {
    const schema = `${model.name}_building`;
    const build = await Build.open({
      databaseUrl: database.url,
      model,
      schema,
      skipped: new Set(),
      heedsDecisions: true,
    });
    const kept = await fixture.rows<{ persistence: string }>(
      'public',
      `SELECT DISTINCT relpersistence AS persistence FROM pg_class WHERE relnamespace = '${schema}'::regnamespace`,
    );
    await build.close();
    await fixture.drop(schema);
    expect(kept).toEqual([{ persistence: 'p' }]);
  });
});

interface Side {
  readonly connection: ModelFixture['client'];
  readonly schema: string;
}

describe('unread counts, mentions and seqs', () => {
  it('are what a count of everything from the start gives', () =>
    fc.assert(
      fc.asyncProperty(historyArbitrary, lengths, async (steps, cuts) => {
        const items = itemsOf(steps);
        const schema = await fixture.project(chat, splitBy(items, cuts));
        const inboxes = await fixture.rows(
          schema,
          `SELECT room_id AS "roomId", user_id AS "userId", read_seq AS "readSeq", notifications, favourite,
             room.live_messages - live_at_marker - own_after_marker AS unread,
             (SELECT count(DISTINCT seq)::integer FROM mention
              WHERE mention.room_id = participant.room_id AND seq > read_seq AND author_id <> participant.user_id
                AND mention.user_id IN (participant.user_id, '00000000-0000-0000-0000-000000000000')) AS mentions
           FROM participant JOIN inbox USING (organization_id, room_id, user_id)
           JOIN room USING (organization_id, room_id) ORDER BY room_id, user_id`,
        );
        const seqs = await fixture.rows(
          schema,
          `SELECT room_id AS "roomId", last_seq AS "lastSeq",
             ARRAY(SELECT seq FROM message WHERE message.room_id = room.room_id
                   UNION ALL SELECT seq FROM frame WHERE frame.room_id = room.room_id ORDER BY 1) AS seqs
           FROM room ORDER BY room_id`,
        );
        const expected = recount(items);
        expect(inboxes).toEqual(expected.inboxes);
        expect(seqs).toEqual(expected.seqs);
        await fixture.drop(schema);
      }),
      { numRuns: numRuns * 2 },
    ));
});

describe('the histories of these tests', () => {
  it('have every type of event', () => {
    const histories = fc.sample(historyArbitrary, { numRuns: 60, seed: 1 });
    const types = new Set(histories.flatMap(itemsOf).map(({ stored }) => stored.type));
    expect(eventNames.filter((name) => !types.has(name))).toEqual([]);
  });
});
