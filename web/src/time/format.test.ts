import { describe, expect, it } from 'vitest';
import { dayKey, dayName, sinceTime, spokenMoment, spokenTime } from './format.ts';

const now = new Date(2026, 10, 22, 14, 30);
const at = (...parts: [number, number, number, number?, number?]) =>
  new Date(parts[0], parts[1], parts[2], parts[3] ?? 12, parts[4] ?? 0);

describe('a time as people say it', () => {
  it.each([
    [at(2026, 10, 22, 9, 5), '09:05'],
    [at(2026, 10, 21, 23, 59), 'yesterday'],
    [at(2026, 2, 3), '3 March'],
    [at(2014, 2, 3), '3 March 2014'],
  ])('%s is %s', (time, spoken) => expect(spokenTime(time, now)).toBe(spoken));
  it('has the hour in a sentence', () => {
    expect(spokenMoment(at(2026, 10, 22, 9, 5), now)).toBe('today at 09:05');
    expect(spokenMoment(at(2026, 2, 3, 9, 5), now)).toBe('3 March at 09:05');
  });
  it('needs no day after "since" when it is today', () => {
    expect(sinceTime(at(2026, 10, 22, 9, 5), now)).toBe('09:05');
    expect(sinceTime(at(2026, 10, 21, 9, 5), now)).toBe('yesterday at 09:05');
  });
});

describe('a day', () => {
  it('is named by its distance', () => {
    expect(dayName(at(2026, 10, 22, 0, 0), now)).toBe('Today');
    expect(dayName(at(2026, 10, 21, 23, 59), now)).toBe('Yesterday');
    expect(dayName(at(2026, 2, 3), now)).toBe('Tuesday 3 March');
    expect(dayName(at(2014, 2, 3), now)).toBe('3 March 2014');
  });
  it('is one from midnight to midnight', () => {
    expect(dayKey(at(2026, 10, 22, 0, 0))).toBe(dayKey(at(2026, 10, 22, 23, 59)));
    expect(dayKey(at(2026, 10, 22, 0, 0))).not.toBe(dayKey(at(2026, 10, 21, 23, 59)));
  });
});
