import type { Mentions } from '@verbatim/shared';
import { foldText, type NameIndex } from './name-index.ts';
import { proseOf } from './prose-of.ts';

/** Bounds of what one message can cost and reach: places where a name is looked for, and people called. */
const maxPlaces = 250;
const maxMentions = 200;
const everybodyInRoom = 'room';

const wordCharacter = /^[\p{L}\p{M}\p{N}_]/u;
/** Scripts that put no space between words: there a name may stand right beside other letters. */
const unspacedScript =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u;

/**
 * Whom a text calls: `@name` of people who may be called here, the longest name that stands there, in any script and
 * case, and `@room`; nothing inside code, nothing inside a word such as an e-mail address.
 */
export function parseMentions(
  text: string,
  names: NameIndex,
  isCallable: (userId: string) => boolean,
): Mentions {
  if (!text.includes('@')) return { userIds: [], room: false };
  const prose = proseOf(text).normalize('NFC');
  const userIds = new Set<string>();
  let room = false;
  let at = prose.indexOf('@');
  for (let places = 0; at >= 0 && places < maxPlaces; at = prose.indexOf('@', at + 1)) {
    if (!mayBegin(prose, at)) continue;
    places += 1;
    const called = calledAt(prose, at + 1, names, isCallable);
    if (called === everybodyInRoom) room = true;
    else for (const userId of called) if (userIds.size < maxMentions) userIds.add(userId);
  }
  return { userIds: [...userIds], room };
}

function calledAt(
  prose: string,
  from: number,
  names: NameIndex,
  isCallable: (userId: string) => boolean,
): readonly string[] | typeof everybodyInRoom {
  // Some letters grow when folded, so a little more is taken than the longest name has.
  const longest = Math.max(names.longestName, everybodyInRoom.length);
  const folded = foldText(prose.slice(from, from + longest * 2 + 2) + '|');
  const isRoom = folded.startsWith(everybodyInRoom) && endsAt(folded, everybodyInRoom.length);
  for (const { userIds, length } of names.matchesAt(folded)) {
    if (isRoom && length <= everybodyInRoom.length) break;
    if (!endsAt(folded, length)) continue;
    const called = [...userIds].filter(isCallable);
    if (called.length > 0) return called;
  }
  return isRoom ? everybodyInRoom : [];
}

function mayBegin(prose: string, at: number): boolean {
  const before = characterBefore(prose, at);
  return before !== '@' && before !== '\\' && !isOfSpacedWord(before);
}

/** Whether a word ends between the characters before and after this place. */
function endsAt(folded: string, place: number): boolean {
  return !(isOfSpacedWord(characterBefore(folded, place)) && isOfSpacedWord(folded.slice(place, place + 2)));
}

/** Whether the text begins with a letter, mark or digit of a script that puts spaces between words. */
function isOfSpacedWord(text: string): boolean {
  return wordCharacter.test(text) && !unspacedScript.test(text);
}

function characterBefore(text: string, place: number): string {
  const unit = text.charCodeAt(place - 1);
  const isLowSurrogate = unit >= 0xdc00 && unit <= 0xdfff;
  return text.slice(place - (isLowSurrogate ? 2 : 1), place);
}
