import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../deciding/command-context.ts';
import { ReadMarks } from './read-marks.ts';

const context = { actorId: 'ada' } as CommandContext;

/** Marks that note what they write, in its order. */
function marks() {
  const written: string[] = [];
  const readMarks = new ReadMarks((_, roomId, seq) => {
    written.push(`${roomId}:${seq}`);
    return Promise.resolve({ revision: 0n, position: 0n, events: [] });
  });
  return { readMarks, written };
}

describe('read marks', () => {
  it('write the first at once and of those that follow the furthest', async () => {
    const { readMarks, written } = marks();
    await readMarks.mark(context, 'room', 1);
    const later = [3, 2].map((seq) => readMarks.mark(context, 'room', seq));
    expect(written).toEqual(['room:1']);
    await readMarks.stop();
    await Promise.all(later);
    expect(written).toEqual(['room:1', 'room:3']);
  });

  it('that wait are written before what comes after them', async () => {
    const { readMarks, written } = marks();
    await readMarks.mark(context, 'room', 1);
    const waiting = readMarks.mark(context, 'room', 2);
    await readMarks.settle('ada', 'room');
    expect(written).toEqual(['room:1', 'room:2']);
    await waiting;
    await readMarks.stop();
    expect(written).toEqual(['room:1', 'room:2']);
  });

  it('settle at once where none waits', async () => {
    const { readMarks, written } = marks();
    await readMarks.settle('ada', 'room');
    expect(written).toEqual([]);
  });
});
