import { createPool, sqlSourceOf, type Database, type SqlSource } from '@verbatim/shared';
import { freshDatabase, type FreshDatabase } from '@verbatim/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PositionWatch } from './position-watch.ts';

let fresh: FreshDatabase;
let database: Database;
let looks = 0;
let source: SqlSource;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = createPool(fresh.url, { applicationName: 'test' });
  await database.raw('CREATE SCHEMA chat; CREATE TABLE chat.checkpoint (position bigint NOT NULL)');
  await database.raw('INSERT INTO chat.checkpoint VALUES (0)');
  const counted = sqlSourceOf(database);
  source = {
    query: (sql, values) => {
      looks += 1;
      return counted.query(sql, values);
    },
  };
});
beforeEach(() => {
  looks = 0;
});
afterAll(async () => {
  await database.destroy();
  await fresh.drop();
});

/** Long enough for a look on a busy machine. */
const impatientMs = 1_000;
const moveTo = (position: bigint) =>
  database.raw('UPDATE chat.checkpoint SET position = ?', [position.toString()]);
const lookedAtLeast = async (count: number) => {
  const deadline = performance.now() + 30_000;
  while (looks < count) {
    if (performance.now() > deadline) throw new Error(`there were only ${looks} looks`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
};

describe('a position', () => {
  it('that is reached costs one look, and nobody looks afterwards', async () => {
    await moveTo(10n);
    await new PositionWatch(source, 'chat').reached(10n);
    expect(looks).toBe(1);
  });

  it('that is not reached is waited for, by all with the same looks', async () => {
    await moveTo(10n);
    const watch = new PositionWatch(source, 'chat');
    const done: number[] = [];
    const waiting = [12, 11, 13].map(async (position) => {
      for (let each = 0; each < 50; each += 1) await watch.reached(BigInt(position));
      done.push(position);
    });
    const crowd = Array.from({ length: 500 }, () => watch.reached(11n));
    await lookedAtLeast(3);
    const before = looks;
    await moveTo(11n);
    await Promise.all(crowd);
    expect(looks - before).toBeLessThan(250);
    await moveTo(2n ** 63n - 1n);
    await Promise.all(waiting);
    expect(done.toSorted()).toEqual([11, 12, 13]);
  });

  it('that does not come in time is lag', async () => {
    await moveTo(10n);
    const watch = new PositionWatch(source, 'chat', impatientMs);
    await expect(watch.reached(11n)).rejects.toMatchObject({ code: 'projection-lag', status: 503 });
    await watch.reached(10n);
  });

  it('is looked at anew: a checkpoint that went back is behind', async () => {
    await moveTo(20n);
    const watch = new PositionWatch(source, 'chat', impatientMs);
    await watch.reached(20n);
    await moveTo(10n);
    await expect(watch.reached(20n)).rejects.toMatchObject({ code: 'projection-lag' });
  });

  it('is not waited for any more once stopped', async () => {
    await moveTo(10n);
    const watch = new PositionWatch(source, 'chat');
    const waiting = watch.reached(99n);
    const refused = expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
    await lookedAtLeast(1);
    watch.stop();
    await refused;
  });
});
