import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createReadMarks } from './read-marks.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function marksWith(connection: { isLive: boolean }) {
  const said: [string, number][] = [];
  const marks = createReadMarks((roomId, seq) => {
    if (connection.isLive) said.push([roomId, seq]);
    return connection.isLive;
  });
  return { marks, said };
}

test('a marker is said at once, then at most every two seconds the newest, and nothing twice or backwards', () => {
  const { marks, said } = marksWith({ isLive: true });
  for (const seq of [3, 4, 5, 4]) marks.mark('a', seq);
  marks.mark('b', 1);
  expect(said).toEqual([
    ['a', 3],
    ['b', 1],
  ]);
  vi.advanceTimersByTime(2_000);
  expect(said.slice(2)).toEqual([['a', 5]]);
  vi.advanceTimersByTime(60_000);
  marks.mark('a', 5);
  expect(said).toHaveLength(3);
});

test('what could not be said without a connection is said once there is one', () => {
  const connection = { isLive: false };
  const { marks, said } = marksWith(connection);
  marks.mark('a', 7);
  marks.mark('a', 9);
  expect(said).toEqual([]);
  connection.isLive = true;
  marks.flush();
  expect(said).toEqual([['a', 9]]);
  marks.stop();
});

test('who leaves the page between two markers has read what they saw', () => {
  const { marks, said } = marksWith({ isLive: true });
  marks.mark('a', 3);
  marks.mark('a', 4);
  marks.mark('b', 1);
  marks.hurry();
  expect(said).toEqual([
    ['a', 3],
    ['b', 1],
    ['a', 4],
  ]);
  vi.advanceTimersByTime(60_000);
  expect(said).toHaveLength(3);
});

test('stopping says what waits', () => {
  const { marks, said } = marksWith({ isLive: true });
  marks.mark('a', 3);
  marks.mark('a', 4);
  marks.stop();
  expect(said.at(-1)).toEqual(['a', 4]);
});

test('what was marked unread is read again when it is seen again', () => {
  const { marks, said } = marksWith({ isLive: true });
  marks.mark('a', 5);
  vi.advanceTimersByTime(2_000);
  marks.takeBack('a', 3);
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([['a', 5]]);
  marks.mark('a', 5);
  expect(said).toEqual([
    ['a', 5],
    ['a', 5],
  ]);
});

test('what was marked unread elsewhere is said again once it is seen again', () => {
  const { marks, said } = marksWith({ isLive: true });
  marks.mark('a', 9);
  expect(marks.hear('a', 9)).toBe(9);
  vi.advanceTimersByTime(2_000);
  expect(marks.hearAnew('a', 4)).toBe(4);
  marks.flush();
  expect(said).toEqual([['a', 9]]);
  marks.mark('a', 9);
  expect(said.slice(1)).toEqual([['a', 9]]);
});

test('what was said and not answered when the connection died is said again over the next', () => {
  const { marks, said } = marksWith({ isLive: true });
  marks.mark('a', 9);
  vi.advanceTimersByTime(2_000);
  expect(marks.hearAnew('a', 4)).toBeUndefined();
  marks.flush();
  expect(said).toEqual([
    ['a', 9],
    ['a', 9],
  ]);
  expect(marks.hearAnew('a', 12)).toBe(12);
});

test('what the server says is older than what was said since, or waits to be said', () => {
  const connection = { isLive: true };
  const { marks, said } = marksWith(connection);
  marks.mark('a', 4);
  marks.mark('a', 6);
  expect(marks.hear('a', 4)).toBeUndefined();
  connection.isLive = false;
  vi.advanceTimersByTime(2_000);
  expect(marks.hearAnew('a', 4)).toBeUndefined();
  expect(marks.hear('b', 4)).toBe(4);
  connection.isLive = true;
  marks.flush();
  expect(said).toEqual([
    ['a', 4],
    ['a', 6],
  ]);
  expect(marks.hear('a', 6)).toBe(6);
});

test('a marker that was refused is said again, until it is known', () => {
  const { marks, said } = marksWith({ isLive: true });
  expect(marks.refused('a')).toBe(false);
  marks.mark('a', 9);
  expect(marks.refused('a')).toBe(true);
  vi.advanceTimersByTime(2_000);
  expect(said).toEqual([
    ['a', 9],
    ['a', 9],
  ]);
  marks.hear('a', 9);
  expect(marks.refused('a')).toBe(false);
});
