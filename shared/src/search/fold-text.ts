/** Text as it is compared in searches, and where each of its UTF-16 units came from. */
export interface FoldedText {
  readonly text: string;
  /** The place in the original of a place in `text`; one past the end too. */
  readonly originOf: (index: number) => number;
}

/** What has a plain form that is not in its decomposition: letters, and the quotes that programs make of plain ones. */
const plainForms: Readonly<Record<string, string>> = {
  ß: 'ss',
  ς: 'σ',
  ı: 'i',
  ł: 'l',
  ø: 'o',
  đ: 'd',
  æ: 'ae',
  œ: 'oe',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '„': '"',
};
const onlyAscii = /^[\0-\x7f]*$/;
/** Marks on letters of these scripts are left out; elsewhere they tell words apart. */
const accented = /[\u00c0-\u024f\u0370-\u052f\u1e00-\u1fff]/;
const combiningMarks = /[\u0300-\u036f]/g;

/** Without case, width and accents: what differs only in these is found alike. */
export function foldText(original: string): FoldedText {
  if (onlyAscii.test(original)) return { text: original.toLowerCase(), originOf: (index) => index };
  let text = '';
  const origins: number[] = [];
  let place = 0;
  for (const character of original) {
    const folded = foldCharacter(character);
    for (let index = 0; index < folded.length; index += 1) origins.push(place);
    text += folded;
    place += character.length;
  }
  return { text, originOf: (index) => origins[index] ?? original.length };
}

function foldCharacter(character: string): string {
  if (character < '\x80') return character.toLowerCase();
  const lower = character.toLowerCase();
  const plain = plainForms[lower];
  if (plain !== undefined) return plain;
  const isAccented = accented.test(lower);
  const normal = isAccented ? lower.normalize('NFKD') : lower.normalize('NFKC').toLowerCase();
  return normal.replace(combiningMarks, '');
}
