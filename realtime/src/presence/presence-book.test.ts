import { describe, expect, test } from 'vitest';
import { PresenceBook } from './presence-book.ts';

const ann = { organizationId: 'o', userId: 'ann' };

describe('the book of presence', () => {
  test('says the most present of all devices and relays, once for each change', () => {
    const book = new PresenceBook();
    book.setHere(ann, 'away');
    expect(book.settle([ann], 0)).toEqual([{ ...ann, status: 'away' }]);
    book.setElsewhere(ann, 'relay-2', 'online', 1_000);
    expect(book.settle([ann], 0)).toEqual([{ ...ann, status: 'online' }]);
    expect(book.settle([ann], 0)).toEqual([]);
    book.setHere(ann, 'offline');
    expect(book.settle([ann], 0)).toEqual([]);
    book.setElsewhere(ann, 'relay-2', 'offline', 0);
    expect(book.settle([ann], 0)).toEqual([{ ...ann, status: 'offline' }]);
  });

  test('believes another relay no longer than it vouched', () => {
    const book = new PresenceBook();
    book.setElsewhere(ann, 'relay-2', 'online', 1_000);
    book.settle([ann], 0);
    expect(book.expired(999)).toEqual([]);
    expect(book.expired(1_000)).toHaveLength(1);
    expect(book.settle([ann], 1_000)).toEqual([{ ...ann, status: 'offline' }]);
    expect(book.toldOf(ann)).toBe('offline');
  });

  test('tells other relays of the devices here, whatever else is known', () => {
    const book = new PresenceBook();
    book.setElsewhere(ann, 'relay-2', 'online', 1_000);
    book.setHere(ann, 'online');
    expect(book.settleHere([ann])).toEqual([{ ...ann, status: 'online' }]);
    book.setHere(ann, 'offline');
    expect(book.settleHere([ann])).toEqual([{ ...ann, status: 'offline' }]);
    expect(book.settleHere([ann])).toEqual([]);
    expect(book.here()).toEqual([]);
  });
});
