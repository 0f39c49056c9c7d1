export interface Snippet {
  readonly snippet: string;
  /** Ranges of `snippet`, `[start, end)`. */
  readonly highlights: [number, number][];
}

const snippetChars = 240;
const contextChars = 60;
const ellipsis = '…';

/** The text cut around the first place where most of what was found stands together, between words where there are any. */
export function cutSnippet(text: string, ranges: readonly (readonly [number, number])[]): Snippet {
  if (text.length <= snippetChars)
    return { snippet: text, highlights: ranges.map(([start, end]) => [start, end]) };
  const first = fullestPlace(text, ranges);
  const start = first <= contextChars ? 0 : wordStart(text, first - contextChars, first);
  const end = characterEdge(text, Math.min(text.length, start + snippetChars));
  const lead = start > 0 ? ellipsis : '';
  const shift = lead.length - start;
  return {
    snippet: lead + text.slice(start, end) + (end < text.length ? ellipsis : ''),
    highlights: ranges
      .filter((range) => range[0] >= start && range[0] < end)
      .map((range) => [range[0] + shift, Math.min(range[1], end) + shift]),
  };
}

/** Where most different ranges stand together, as close as anywhere. */
function fullestPlace(text: string, ranges: readonly (readonly [number, number])[]): number {
  let fullest = { start: ranges[0]?.[0] ?? 0, count: 0, length: 0 };
  for (const [index, [start]] of ranges.entries()) {
    const different = new Set<string>();
    let length = 0;
    for (let next = index; next < ranges.length; next += 1) {
      const [from, to] = ranges[next] ?? [start, start];
      if (to > start + snippetChars - contextChars) break;
      const known = different.size;
      different.add(text.slice(from, to).toLowerCase());
      if (different.size > known) length = to - start;
    }
    const { size: count } = different;
    if (count > fullest.count || (count === fullest.count && length < fullest.length))
      fullest = { start, count, length };
  }
  return fullest.start;
}

/** The first beginning of a word in `[from, to)`, else `from`. */
function wordStart(text: string, from: number, to: number): number {
  const space = text.slice(from, to).search(/\s\S/);
  return space >= 0 ? from + space + 1 : characterEdge(text, from);
}

/** Not in the middle of a surrogate pair. */
function characterEdge(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index;
}
