export interface DiffPiece {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Texts with more words than this are compared as a whole: the table of two such texts would be too large. */
const maxWords = 1_500;
const words = new Intl.Segmenter(undefined, { granularity: 'word' });

/** What was taken out of a text and put in, word by word, by the longest common part. */
export function wordDiff(before: string, after: string): DiffPiece[] {
  const old = split(before);
  const now = split(after);
  if (old.length > maxWords || now.length > maxWords) {
    return before === after
      ? [{ kind: 'same', text: after }]
      : [
          { kind: 'removed', text: before },
          { kind: 'added', text: after },
        ];
  }
  return joined(walk(old, now, commonLengths(old, now)));
}

const split = (text: string): string[] => Array.from(words.segment(text), ({ segment }) => segment);

/** `table[i * width + j]` is the length of the longest common part of `old` from i and `now` from j. */
function commonLengths(old: readonly string[], now: readonly string[]): Uint16Array {
  const width = now.length + 1;
  const table = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const down = table[(i + 1) * width + j] ?? 0;
      const right = table[i * width + j + 1] ?? 0;
      const diagonal = (table[(i + 1) * width + j + 1] ?? 0) + 1;
      table[i * width + j] = old[i] === now[j] ? diagonal : Math.max(down, right);
    }
  }
  return table;
}

function walk(old: readonly string[], now: readonly string[], table: Uint16Array): DiffPiece[] {
  const width = now.length + 1;
  const pieces: DiffPiece[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    const [was, is] = [old[i], now[j]];
    if (was !== undefined && was === is) {
      pieces.push({ kind: 'same', text: was });
      i += 1;
      j += 1;
    } else if (
      was !== undefined &&
      (is === undefined || (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0))
    ) {
      pieces.push({ kind: 'removed', text: was });
      i += 1;
    } else {
      pieces.push({ kind: 'added', text: is ?? '' });
      j += 1;
    }
  }
  return pieces;
}

function joined(pieces: readonly DiffPiece[]): DiffPiece[] {
  const result: DiffPiece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last?.kind === piece.kind)
      result[result.length - 1] = { kind: last.kind, text: last.text + piece.text };
    else result.push(piece);
  }
  return result;
}
