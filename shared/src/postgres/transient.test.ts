import { describe, expect, it } from 'vitest';
import { isTransient } from './transient.ts';

const withCode = (code: string): Error => Object.assign(new Error('failed'), { code });

describe('an error of the database', () => {
  it.each([
    '57P01',
    '57P02',
    '57P03',
    '53300',
    '08006',
    '40001',
    '40P01',
    '57014',
    'ECONNREFUSED',
    'ECONNRESET',
  ])('with the code %s is a matter of time', (code) => {
    expect(isTransient(withCode(code))).toBe(true);
    expect(isTransient(new Error('wrapped', { cause: withCode(code) }))).toBe(true);
  });

  it.each(['23505', '42P01', '22021', '22003', '54000', 'ERR_INVALID_ARG_TYPE'])(
    'with the code %s is not',
    (code) => {
      expect(isTransient(withCode(code))).toBe(false);
    },
  );

  it('is anything but an error only by mistake', () => {
    expect(isTransient('57P01')).toBe(false);
    expect(isTransient(undefined)).toBe(false);
  });
});
