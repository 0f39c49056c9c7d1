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
  void queue.add('a', async () => {
    await held;
    done.push('a1');
  });
  void queue.add('a', record('a2'));
  await queue.add('b', record('b1'));
  expect([done, queue.pending]).toEqual([['b1'], 2]);
  release();
  await queue.add('a', record('a3'));
  expect([done, queue.pending]).toEqual([['b1', 'a1', 'a2', 'a3'], 0]);
});
