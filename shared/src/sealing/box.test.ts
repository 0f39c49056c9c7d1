import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { contentKey, openBox, sealBox } from './box.ts';

const person = randomBytes(32);
const roomDay = randomBytes(32);

describe('a sealed box', () => {
  test('opens with the same two keys', () => {
    const box = sealBox(contentKey([person, roomDay]), 'Grüße 👋', 'event-1');
    expect(openBox(contentKey([person, roomDay]), box, 'event-1')).toBe('Grüße 👋');
    expect(box).not.toContain('Gr');
  });

  test('does not open with one of them, nor for another event, nor when changed', () => {
    const box = sealBox(contentKey([person, roomDay]), 'secret', 'event-1');
    const changed = Buffer.from(box, 'base64');
    changed.writeUInt8(changed.readUInt8(14) ^ 1, 14);
    expect(() => openBox(contentKey([person]), box, 'event-1')).toThrow();
    expect(() => openBox(contentKey([person, roomDay]), box, 'event-2')).toThrow();
    expect(() => openBox(contentKey([person, roomDay]), changed.toString('base64'), 'event-1')).toThrow();
  });
});
