import { foldText } from '@verbatim/shared';
import { findNeedle, isEdge, type Needle } from './needle.ts';
import type { SearchRequest } from './parse-search.ts';

/** A text that has what was asked for, and how well. */
export interface Match {
  /** From 0 to 1. */
  readonly relevance: number;
  /** Of the original text, `[start, end)`, ascending and apart. */
  readonly ranges: readonly (readonly [number, number])[];
}

const maxRangesPerNeedle = 50;

/** Undefined when the text has not all that is wanted, or something that is not. */
export function matchText(
  text: string,
  { wanted, unwanted }: Pick<SearchRequest, 'wanted' | 'unwanted'>,
): Match | undefined {
  const folded = foldText(text);
  if (unwanted.some((needle) => findNeedle(folded.text, needle, 1).length > 0)) return undefined;
  const ranges: [number, number][] = [];
  let relevance = wanted.length === 0 ? 1 : 0;
  for (const needle of wanted) {
    const found = findNeedle(folded.text, needle, maxRangesPerNeedle);
    if (found.length === 0) return undefined;
    relevance += Math.max(...found.map((place) => closeness(folded.text, place))) / wanted.length;
    ranges.push(...found);
  }
  return {
    relevance: relevance * nearness(folded.text, wanted) * brevity(text),
    ranges: merged(ranges).map(([start, end]) => [folded.originOf(start), folded.originOf(end)]),
  };
}

/** A word as it was asked for counts more than the beginning of one, and that more than the middle. */
function closeness(folded: string, [start, end]: readonly [number, number]): number {
  if (!isEdge(folded, start)) return 0.5;
  return isEdge(folded, end) ? 1 : 0.75;
}

/** Several words one after the other, as they were asked for, count more. */
function nearness(folded: string, wanted: readonly Needle[]): number {
  if (wanted.length < 2) return 1;
  return folded.includes(wanted.map((needle) => needle.folded).join(' ')) ? 1 : 0.8;
}

const shortTextChars = 400;

/** In a long text a word says less about it; among short ones freshness alone decides. */
const brevity = (text: string): number => 1 / (1 + Math.max(0, text.length - shortTextChars) / 4_000);

const freshnessHalfLifeMs = 90 * 24 * 3_600_000;
const agelessShare = 0.4;

/** @param ageMs how much older it is than the newest that was found. */
export function scoreOf(relevance: number, ageMs: number): number {
  const freshness = 2 ** (-Math.max(0, ageMs) / freshnessHalfLifeMs);
  return relevance * (agelessShare + (1 - agelessShare) * freshness);
}

function merged(ranges: readonly [number, number][]): [number, number][] {
  const apart: [number, number][] = [];
  for (const [start, end] of [...ranges].sort(([one], [other]) => one - other)) {
    const last = apart.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else apart.push([start, end]);
  }
  return apart;
}
