import { foldText, isUnspaced, keysOf, wordsOf, type Word } from '@verbatim/shared';

/** A word or phrase to be found, folded like the texts that it is looked for in. */
export interface Needle {
  readonly folded: string;
  readonly words: readonly Word[];
  /** Stands between other words, and not inside one: phrases, and words too short to be looked for inside others. */
  readonly isWhole: boolean;
}

/** Shorter ones stand in nearly every longer word. */
const minPartChars = 3;

export function readNeedle(text: string, isPhrase: boolean): Needle {
  const folded = foldText(text.trim()).text;
  const words = wordsOf(folded);
  const [only] = words;
  const isShortWord =
    words.length === 1 && only !== undefined && !only.isUnspaced && only.text.length < minPartChars;
  return { folded, words, isWhole: isPhrase || isShortWord };
}

/** What must stand in the index for a text to have the needle: these keys, and of each group of others one at least. */
export interface NeedleKeys {
  readonly exact: readonly string[];
  /** Patterns for `LIKE`, over the words that the index knows. */
  readonly patterns: readonly string[];
}

/**
 * Inside the needle words are whole. At its edges they may go on, unless it is whole itself: `loy-ment` is in
 * `deploy-mental`.
 */
export function keysOfNeedle({ folded, words, isWhole }: Needle): NeedleKeys {
  const exact: string[] = [];
  const patterns: string[] = [];
  for (const word of words) {
    const begins = word.start === 0 && !isWhole;
    const ends = word.start + word.text.length === folded.length && !isWhole;
    const isPart = (begins || ends) && !word.isUnspaced && isLongEnough(word);
    if (!isPart) exact.push(...keysOf(word));
    else patterns.push(`${begins ? '%' : ''}${escaped(word)}${ends ? '%' : ''}`);
  }
  return { exact, patterns };
}

const isLongEnough = ({ text }: Word): boolean => Array.from(text).length >= minPartChars;
/** What the index keeps of the longest words. */
const maxPatternChars = 64;
const escaped = ({ text }: Word): string => text.slice(0, maxPatternChars).replaceAll(/[\\%_]/g, '\\$&');

/** Where the needle stands in a folded text: `[start, end)`, from left to right, at most `max`. */
export function findNeedle(folded: string, needle: Needle, max: number): [number, number][] {
  const found: [number, number][] = [];
  const { length } = needle.folded;
  let start = folded.indexOf(needle.folded);
  while (start >= 0 && found.length < max) {
    const end = start + length;
    if (!needle.isWhole || (isEdge(folded, start) && isEdge(folded, end))) found.push([start, end]);
    start = folded.indexOf(needle.folded, start + 1);
  }
  return found;
}

const wordCharacter = /[\p{L}\p{M}\p{N}_]/u;

/** Whether a word may begin or end here: not between two letters, unless they are of a script without spaces. */
export function isEdge(folded: string, index: number): boolean {
  const before = folded.slice(Math.max(0, index - 2), index);
  const after = String.fromCodePoint(folded.codePointAt(index) ?? 32);
  const last = Array.from(before).at(-1) ?? ' ';
  if (isUnspaced(last) || isUnspaced(after)) return true;
  return !(wordCharacter.test(last) && wordCharacter.test(after));
}
