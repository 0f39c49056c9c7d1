const hueCount = 12;

/** One of twelve hues, the same for a person everywhere and for ever. */
export function hueOf(id: string): number {
  let hash = 0;
  for (let index = 0; index < id.length; index += 1) hash = (hash * 31 + id.charCodeAt(index)) >>> 0;
  return (hash % hueCount) * (360 / hueCount);
}

/** Up to two characters that stand for a name, whole as people see them (no half of an emoji or accent). */
export function initialsOf(name: string): string {
  const words = name.split(/[\s_.\-]+/u).filter((word) => /[\p{L}\p{N}\p{Emoji}]/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(firstGrapheme);
  return letters.join('').toLocaleUpperCase() || '?';
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function firstGrapheme(word: string | undefined): string {
  if (word === undefined) return '';
  const meaningful = word.replace(/^[^\p{L}\p{N}\p{Emoji}]+/u, '');
  for (const { segment } of graphemes.segment(meaningful)) return segment;
  return '';
}
