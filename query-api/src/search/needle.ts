import { foldText, isUnspaced, keysOf, wordsOf, type Word } from '@verbatim/shared';

/** A word or phrase to be found, folded like the texts that it is looked for in. */
export interface Needle {
  readonly folded: string;
  readonly words: readonly Word[];
  /** Finds it, whatever space its words stand apart by. */
  readonly pattern: RegExp;
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
  const pattern = new RegExp(
    folded.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`).replaceAll(/\s+/g, String.raw`\s+`),
    'g',
  );
  return { folded, words, pattern, isWhole: isPhrase || isShortWord };
}

/** What must stand in the index for a text to have the needle: these keys, and of each group of others one at least. */
export interface NeedleKeys {
  readonly exact: readonly string[];
  readonly parts: readonly WordPart[];
}

/** A part of a word, which may be all of it. */
export interface WordPart {
  /** The word that is only this part. */
  readonly word: string;
  /** For `LIKE`, over the words that the index knows. */
  readonly pattern: string;
}

/**
 * Inside the needle words are whole. At its edges they may go on, unless it is whole itself: `loy-ment` is in
 * `deploy-mental`.
 */
export function keysOfNeedle({ folded, words, isWhole }: Needle): NeedleKeys {
  const exact: string[] = [];
  const parts: WordPart[] = [];
  for (const word of words) {
    const begins = word.start === 0 && !isWhole;
    const ends = word.start + word.text.length === folded.length && !isWhole;
    const isPart = (begins || ends) && !word.isUnspaced && isLongEnough(word);
    if (!isPart) exact.push(...keysOf(word));
    else
      for (const key of keysOf(word))
        parts.push({ word: key, pattern: `${begins ? '%' : ''}${escaped(key)}${ends ? '%' : ''}` });
  }
  return { exact, parts };
}

const isLongEnough = ({ text }: Word): boolean => Array.from(text).length >= minPartChars;
const escaped = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');

/** Where the needle stands in a folded text: `[start, end)`, from left to right, at most `max`. */
export function findNeedle(folded: string, needle: Needle, max: number): [number, number][] {
  const found: [number, number][] = [];
  const { pattern } = needle;
  pattern.lastIndex = 0;
  while (found.length < max) {
    const match = pattern.exec(folded);
    if (match === null) break;
    const [start, end] = [match.index, pattern.lastIndex];
    if (!needle.isWhole || (isEdge(folded, start) && isEdge(folded, end))) found.push([start, end]);
    pattern.lastIndex = start + 1;
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
