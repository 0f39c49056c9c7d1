import { expect, test } from 'vitest';
import { CommandQueue } from './command-queue.ts';

test('commands of a room wait for each other, those of another do not', async () => {
  const queue = new CommandQueue();
  const done: string[] = [];
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const record = (name: string) => () => {
    done.push(name);
    return Promise.resolve();
  };
  queue.add('a', async () => {
    await held;
    done.push('a1');
  });
  queue.add('a', record('a2'));
  const other = new Promise<void>((resolve) =>
    queue.add('b', () => {
      resolve();
      return record('b1')();
    }),
  );
  await other;
  expect([done, queue.pending]).toEqual([['b1'], 3]);
  release();
  await new Promise<void>((resolve) =>
    queue.add('a', () => {
      resolve();
      return Promise.resolve();
    }),
  );
  expect(done).toEqual(['b1', 'a1', 'a2']);
});
