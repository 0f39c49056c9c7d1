import { describe, expect, test } from 'vitest';
import { uuidV5 } from './uuid-v5.ts';
import { newId } from './uuid-v7.ts';

const dnsNamespace = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

describe('uuidV5', () => {
  test('gives the value that RFC 9562 (appendix A.4) publishes', () => {
    expect(uuidV5(dnsNamespace, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  test('refuses a namespace that is not a UUID', () => {
    expect(() => uuidV5('rooms', 'a')).toThrow(RangeError);
  });
});

test('newId sorts by time and says version 7', () => {
  const early = newId(1_000_000_000_000);
  const late = newId(1_700_000_000_000);
  expect(early < late).toBe(true);
  expect(late[14]).toBe('7');
});
