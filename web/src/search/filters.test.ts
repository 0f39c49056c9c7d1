import { describe, expect, it } from 'vitest';
import { filtersIn, withFilter, withoutFilter } from './filters.ts';

describe('the filters of a question', () => {
  it('are told from its words', () =>
    expect(
      filtersIn('pay in:general from:"Ada Lovelace" plain:text x').map(({ name, value }) => [name, value]),
    ).toEqual([
      ['in', 'general'],
      ['from', 'Ada Lovelace'],
    ]));
  it('are added once each', () => {
    expect(withFilter('pay', 'in', 'general')).toBe('pay in:general');
    expect(withFilter('pay in:general now', 'in', 'new room')).toBe('pay now in:"new room"');
  });
  it('are taken away', () => {
    const question = 'pay in:general now';
    const [filter] = filtersIn(question);
    expect(filter && withoutFilter(question, filter)).toBe('pay now');
  });
});
