/** A stretch of folded text that is looked up as a whole. */
export interface Word {
  readonly text: string;
  /** Where it stands in the folded text. */
  readonly start: number;
  /** Written without spaces between words (Chinese, Japanese, Thai, …): it is looked up by its pairs of characters. */
  readonly isUnspaced: boolean;
}

const run =
  /(?<unspaced>[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}ー\u3099\u309a]+)|\p{Extended_Pictographic}|(?:(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}])[\p{L}\p{M}\p{N}_])+/gu;
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
