/** Stands where code was: neither letter nor space, so that nothing before and after it grows together. */
const codeMark = '`';
const fenceStart = /^(?: {0,3}>)* {0,3}(?<fence>`{3,}|~{3,})(?<rest>.*)$/;

/** The text without its code: fenced blocks and spans in backticks, as CommonMark has them. Linear in its length. */
export function proseOf(text: string): string {
  if (!text.includes('`') && !text.includes('~~~')) return text;
  const prose: string[] = [];
  let paragraph: string[] = [];
  let openFence: string | undefined;
  const endParagraph = (): void => {
    prose.push(withoutSpans(paragraph.join('\n')));
    paragraph = [];
  };
  for (const line of text.split('\n')) {
    const fence = fenceIn(line);
    if (openFence !== undefined) {
      const closes = fence?.rest === '' && fence.marks.startsWith(openFence);
      if (closes) openFence = undefined;
    } else if (fence !== undefined && !(fence.marks.startsWith('`') && fence.rest.includes('`'))) {
      endParagraph();
      openFence = fence.marks;
    } else if (line.trim() === '') endParagraph();
    else paragraph.push(line);
  }
  endParagraph();
  return prose.join(`\n${codeMark}\n`);
}

function fenceIn(line: string): { readonly marks: string; readonly rest: string } | undefined {
  const groups = fenceStart.exec(line)?.groups;
  if (groups?.fence === undefined) return undefined;
  return { marks: groups.fence, rest: (groups.rest ?? '').trim() };
}

/** A run of backticks opens a span when a run of the same length follows; what has no end is text. */
function withoutSpans(paragraph: string): string {
  if (!paragraph.includes('`')) return paragraph;
  const runs = [...paragraph.matchAll(/`+/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    marks: match[0].length,
  }));
  const nextOfLength = new Map<number, number>();
  const closing = new Map<number, number>();
  for (let index = runs.length - 1; index >= 0; index -= 1) {
    const marks = runs[index]?.marks ?? 0;
    const next = nextOfLength.get(marks);
    if (next !== undefined) closing.set(index, next);
    nextOfLength.set(marks, index);
  }
  const kept: string[] = [];
  let from = 0;
  for (let index = 0; index < runs.length; index += 1) {
    const end = closing.get(index);
    if (end === undefined) continue;
    kept.push(paragraph.slice(from, runs[index]?.start), codeMark);
    from = runs[end]?.end ?? paragraph.length;
    index = end;
  }
  kept.push(paragraph.slice(from));
  return kept.join('');
}
