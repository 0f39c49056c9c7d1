import type { Block, Inline, Names } from './nodes.ts';
import { noNames } from './nodes.ts';
import { parseInlines } from './parse-inlines.ts';

/** Quotes and lists inside one another beyond this are read as plain paragraphs. */
const maxDepth = 4;

const fence = /^ {0,3}(`{3,}|~{3,})[ \t]*([\w+#.-]{0,32})[^`]*$/;
const quote = /^ {0,3}> ?/;
const bullet = /^( {0,3})([-*+•])[ \t]+/;
const numbered = /^( {0,3})(\d{1,9})[.)][ \t]+/;
const heading = /^(#{1,6})[ \t]+(?=\S)/;

/** Reads a text once, line by line: time grows with its length, whatever it holds. */
export function parseMarkdown(text: string, names: Names = noNames): Block[] {
  return parseLines(text.replaceAll('\r\n', '\n').split('\n'), names, 0);
}

function parseLines(lines: readonly string[], names: Names, depth: number): Block[] {
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  const endParagraph = () => {
    if (paragraph.some((line) => line.trim() !== '')) {
      blocks.push({ kind: 'paragraph', inlines: parseInlines(paragraph.join('\n').trim(), names) });
    }
    paragraph = [];
  };
  for (let index = 0; index < lines.length;) {
    const taken = takeBlock(lines, index, names, depth);
    if (taken === undefined) {
      const line = lines[index] ?? '';
      if (line.trim() === '') endParagraph();
      else paragraph.push(line);
      index += 1;
    } else {
      endParagraph();
      blocks.push(taken.block);
      index = taken.next;
    }
  }
  endParagraph();
  return blocks;
}

interface Taken {
  readonly block: Block;
  readonly next: number;
}

function takeBlock(lines: readonly string[], from: number, names: Names, depth: number): Taken | undefined {
  const line = lines[from] ?? '';
  const fenced = fence.exec(line);
  if (fenced?.[1] !== undefined) return takeCode(lines, from, fenced[1], fenced[2] ?? '');
  const head = heading.exec(line);
  if (head !== null) {
    return {
      block: { kind: 'heading', inlines: parseInlines(line.slice(head[0].length), names) },
      next: from + 1,
    };
  }
  if (depth >= maxDepth) return undefined;
  if (quote.test(line)) return takeQuote(lines, from, names, depth);
  return bullet.test(line) || numbered.test(line) ? takeList(lines, from, names, depth) : undefined;
}

/** A fence that is never closed holds all that follows, as the writer sees it while typing. */
function takeCode(lines: readonly string[], from: number, mark: string, language: string): Taken {
  const content: string[] = [];
  let index = from + 1;
  while (index < lines.length) {
    const line = (lines[index] ?? '').trim();
    index += 1;
    if (line.length >= mark.length && line.replaceAll(mark.charAt(0), '') === '') break;
    content.push(lines[index - 1] ?? '');
  }
  return { block: { kind: 'code', language: language.toLowerCase(), text: content.join('\n') }, next: index };
}

function takeQuote(lines: readonly string[], from: number, names: Names, depth: number): Taken {
  let next = from;
  while (next < lines.length && quote.test(lines[next] ?? '')) next += 1;
  const inner = lines.slice(from, next).map((line) => line.replace(quote, ''));
  return { block: { kind: 'quote', blocks: parseLines(inner, names, depth + 1) }, next };
}

function takeList(lines: readonly string[], from: number, names: Names, depth: number): Taken {
  const ordered = numbered.test(lines[from] ?? '');
  const marker = ordered ? numbered : bullet;
  const items: string[][] = [];
  let next = from;
  while (next < lines.length) {
    const line = lines[next] ?? '';
    const start = marker.exec(line);
    if (start !== null) items.push([line.slice(start[0].length)]);
    else if (/^\s+\S/.test(line)) items.at(-1)?.push(line.replace(/^ {1,4}|^\t/, ''));
    else break;
    next += 1;
  }
  const first = numbered.exec(lines[from] ?? '');
  return {
    block: {
      kind: 'list',
      ordered,
      start: Number(first?.[2] ?? 1),
      items: items.map((item) => parseLines(item, names, depth + 1)),
    },
    next,
  };
}

/** The text without its marks, on one line: for previews, titles and notifications. */
export function plainText(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      switch (block.kind) {
        case 'code':
          return block.text.replaceAll('\n', ' ');
        case 'quote':
          return plainText(block.blocks);
        case 'list':
          return block.items.map(plainText).join(' · ');
        case 'paragraph':
        case 'heading':
          return plainInlines(block.inlines);
      }
    })
    .join(' ');
}

function plainInlines(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if ('inlines' in inline) return plainInlines(inline.inlines);
      if ('label' in inline) return inline.label;
      return inline.kind === 'break' ? ' ' : inline.text;
    })
    .join('');
}
