/** A stretch of folded text that is looked up as a whole. */
export interface Word {
  readonly text: string;
  /** Where it stands in the folded text. */
  readonly start: number;
  /** Written without spaces between words (Chinese, Japanese, Thai, …), or joined to others (Korean): it is looked up by its pairs of characters. */
  readonly isUnspaced: boolean;
}

const unspacedScripts = ['Han', 'Hira', 'Kana', 'Bopo', 'Hang', 'Thai', 'Laoo', 'Khmr', 'Mymr'];
/** With the marks that Japanese puts on and between its letters. */
const unspaced = `[${unspacedScripts.map((script) => String.raw`\p{sc=${script}}`).join('')}ー\u3099\u309a]`;
const run = new RegExp(
  String.raw`(?<unspaced>${unspaced}+)|\p{Extended_Pictographic}|(?:(?!${unspaced})[\p{L}\p{M}\p{N}_])+`,
  'gu',
);
const unspacedCharacter = new RegExp(unspaced, 'u');
const asciiRun = /[0-9a-z_]+/g;
const onlyAscii = /^[\0-\x7f]*$/;

/** The words of a text that `foldText` gave, from left to right. */
export function wordsOf(folded: string): Word[] {
  const words: Word[] = [];
  const pattern = onlyAscii.test(folded) ? asciiRun : run;
  for (const match of folded.matchAll(pattern))
    words.push({ text: match[0], start: match.index, isUnspaced: match.groups?.unspaced !== undefined });
  return words;
}

/** Longer words are looked up by their beginning alone. */
const maxWordChars = 64;

/** What stands in the index for a word. */
export function keysOf({ text, isUnspaced }: Word): string[] {
  if (!isUnspaced) return [text.length > maxWordChars ? text.slice(0, maxWordChars) : text];
  const characters = Array.from(text);
  const pairs = characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);
  return [...new Set([...characters, ...pairs])];
}

/** Whether a word may begin or end beside this character, whatever stands on its other side. */
export const isUnspaced = (character: string): boolean => unspacedCharacter.test(character);
