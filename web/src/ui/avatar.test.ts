import { describe, expect, it } from 'vitest';
import { hueOf, initialsOf } from './avatar.ts';

describe('initials', () => {
  it.each([
    ['Ada Lovelace', 'AL'],
    ['ada', 'A'],
    ['Ada King Lovelace', 'AL'],
    ['  ', '?'],
    ['👩‍💻 Grace', '👩‍💻G'],
    ['(bot) build_server', 'BS'],
    ['李小龍', '李'],
    ['e\u0301lise', 'É'.normalize('NFD')],
  ])('of %j are %j', (name, initials) => expect(initialsOf(name)).toBe(initials));
});

describe('the hue of a person', () => {
  it('is one of twelve and stays', () => {
    const hues = new Set(Array.from({ length: 500 }, (_, index) => hueOf(`person-${index}`)));
    expect(hues.size).toBe(12);
    expect(hueOf('person-1')).toBe(hueOf('person-1'));
  });
});
