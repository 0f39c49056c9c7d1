/** Text of others on a terminal: what would steer it, or hide and reorder characters, is shown as an escape. */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\n', '⏎')
    .replaceAll(
      /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

const gap = '  ';
/** So wide is a table where nobody says how wide the terminal is. */
const defaultColumns = 160;

/** A table for people, its last column cut to the terminal's width; columns are as wide as their widest cell. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  columns = process.stdout.columns || defaultColumns,
): string {
  const cells = [headings, ...rows.map((row) => row.map(visible))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))));
  return cells
    .map((row) => {
      const line = row.map((cell, column) => padded(cell, widths[column] ?? 0)).join(gap);
      return `${cut(line.trimEnd(), columns)}\n`;
    })
    .join('');
}

const segmenter = new Intl.Segmenter();
/** East Asian characters and emoji take two columns of a terminal. */
const isWide = (character: string): boolean =>
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u.test(
    character,
  );

function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += isWide(segment) ? 2 : 1;
  return width;
}

const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

function cut(text: string, columns: number): string {
  let width = 0;
  let kept = '';
  for (const { segment } of segmenter.segment(text)) {
    width += isWide(segment) ? 2 : 1;
    if (width > columns - 1) return `${kept}…`;
    kept += segment;
  }
  return kept;
}
