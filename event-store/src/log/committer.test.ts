import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/test-store.ts';
import { EventLog } from './event-log.ts';
import type { WriteTransaction } from './write-transaction.ts';

const NO_BYTES = Buffer.alloc(0);
const MAX_TURNS = 8;

let directory = '';
let log: EventLog;
beforeEach(async () => {
  directory = temporaryDirectory();
  log = await EventLog.open({ directory, report: () => undefined, onFailure: () => undefined });
});
afterEach(async () => {
  await log.close();
  rmSync(directory, { recursive: true });
});

function appendTo(stream: string) {
  const event = {
    id: randomBytes(16),
    type: 'T',
    contentType: 'application/json',
    metadata: NO_BYTES,
    data: NO_BYTES,
  };
  return {
    bytes: 1,
    run: (transaction: WriteTransaction) => transaction.append(stream, [event]).lastPosition,
  };
}

it('an operation that was taken back is not done, however late that was; one that was not, is', async () => {
  const withdrawals: boolean[] = [];
  for (let turns = 0; turns <= MAX_TURNS; turns++) {
    const submission = log.submit(appendTo(`stream-${turns}`));
    for (let turn = 0; turn < turns; turn++) await setImmediate();
    const isWithdrawn = submission.withdraw();
    if (!isWithdrawn) await submission.outcome;
    await log.submit(appendTo('other')).outcome;
    expect(log.stateOf(`stream-${turns}`) === undefined, `after ${turns} turns`).toBe(isWithdrawn);
    withdrawals.push(isWithdrawn);
  }
  expect(withdrawals).toContain(true);
});

it('a refusal concerns nobody else in its group, and stores nothing', async () => {
  const refusal = new Error('refused');
  const before = log.submit(appendTo('before'));
  const refused = log.submit({
    bytes: 1,
    run: () => {
      throw refusal;
    },
  });
  const after = log.submit(appendTo('after'));
  await expect(refused.outcome).rejects.toBe(refusal);
  expect([await before.outcome, await after.outcome]).toEqual([1, 2]);
  expect(log.commits).toBe(1);
});

it('an operation that fails after it has written takes its group with it, and nothing else', async () => {
  const failing = log.submit({
    bytes: 1,
    run: (transaction) => {
      transaction.append('half', [
        { id: randomBytes(16), type: 'T', contentType: 'a', metadata: NO_BYTES, data: NO_BYTES },
      ]);
      throw new Error('a bug');
    },
  });
  const beside = log.submit(appendTo('beside'));
  await expect(failing.outcome).rejects.toThrow('a bug');
  await expect(beside.outcome).rejects.toThrow('a bug');
  expect(log.headPosition).toBe(0);
  expect(await log.submit(appendTo('next')).outcome).toBe(1);
  expect(log.stateOf('half')).toBeUndefined();
});

it('a failure to announce a commit stops the log: nothing is refused that is stored', async () => {
  const failures: Error[] = [];
  await log.close();
  log = await EventLog.open({
    directory,
    report: () => undefined,
    onFailure: (error) => failures.push(error),
  });
  log.changes.onEach(() => {
    throw new Error('a bug');
  });
  const told: string[] = [];
  void log.submit(appendTo('stream')).outcome.then(
    () => told.push('stored'),
    () => told.push('refused'),
  );
  await log.close();
  expect(told).toEqual([]);
  expect(failures).toHaveLength(1);
  await expect(log.submit(appendTo('stream')).outcome).rejects.toBe(failures[0]);
});
