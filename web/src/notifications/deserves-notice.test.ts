import { describe, expect, it } from 'vitest';
import { deservesNotice } from './deserves-notice.ts';

const message = {
  author: { id: 'ada', displayName: 'Ada' },
  mentions: [] as string[],
  kind: 'text',
} as const;
const room = { notifications: 'mentions', kind: 'channel', role: 'member' } as const;

describe('a new message is said aloud', () => {
  it.each([
    ['at every message where everything is wanted', message, { ...room, notifications: 'all' } as const],
    ['in a direct room', message, { ...room, kind: 'direct' } as const],
    ['when it calls me', { ...message, mentions: ['me'] }, room],
    ['when it calls the room', { ...message, mentions: ['room'] }, room],
  ])('%s', (_, said, where) => expect(deservesNotice(said, where, 'me')).toBe(true));
  it.each([
    ['that calls nobody', message, room],
    [
      'of my own',
      { ...message, author: { id: 'me', displayName: 'Me' } },
      { ...room, notifications: 'all' } as const,
    ],
    ['in a muted room', { ...message, mentions: ['me'] }, { ...room, notifications: 'none' } as const],
    ['in a room that I only read', { ...message, mentions: ['room'] }, { ...room, role: null }],
    [
      'that says who joined',
      { ...message, kind: 'system' } as const,
      { ...room, notifications: 'all' } as const,
    ],
  ])('but not one %s', (_, said, where) => expect(deservesNotice(said, where, 'me')).toBe(false));
});
