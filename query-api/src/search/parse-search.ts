import { Problem, searchFeatures, type SearchFeature } from '@verbatim/shared';
import { readNeedle, type Needle } from './needle.ts';

/** What somebody asks for, as they wrote it. */
export interface SearchRequest {
  readonly wanted: readonly Needle[];
  readonly unwanted: readonly Needle[];
  /** Names, ids or `me`. */
  readonly from: readonly string[];
  readonly notFrom: readonly string[];
  /** Names or ids. */
  readonly in: readonly string[];
  readonly notIn: readonly string[];
  readonly has: readonly SearchFeature[];
  readonly hasNot: readonly SearchFeature[];
  /** Said at this moment or later. */
  readonly notBefore: Date | undefined;
  /** Said earlier than this. */
  readonly before: Date | undefined;
}

const maxParts = 20;
const part =
  /(?<minus>-(?=\S))?(?:(?<filter>from|in|before|after|has):\s*)?(?:"(?<phrase>[^"]*)(?:"|$)|(?<word>[^\s"]+))/gi;
/** Phones and office programs write these where a plain one was typed. */
const otherQuotes = /[“”„«»]/g;
/** Ends a sentence or a clause, and is nothing that is looked for. */
const closing = /(?<=[\p{L}\p{M}\p{N}])[?!.,;:…？！。、，]+$/u;

/** @throws Problem `invalid` (422) that says what of it cannot be asked. */
export function parseSearch(q: string): SearchRequest {
  const parts = [...q.replaceAll(otherQuotes, '"').matchAll(part)].map(({ groups }) => ({
    isUnwanted: groups?.minus !== undefined,
    filter: groups?.filter?.toLowerCase(),
    text: groups?.phrase ?? groups?.word?.replace(closing, '') ?? '',
    isPhrase: groups?.phrase !== undefined,
  }));
  if (parts.length > maxParts) refuse(`may have at most ${maxParts} parts`);
  const of = (filter: string, isUnwanted = false): string[] =>
    parts
      .filter((each) => each.filter === filter && each.isUnwanted === isUnwanted)
      .map(({ text }) => text.trim());
  const texts = parts.filter(({ filter }) => filter === undefined);
  const needles = (isUnwanted: boolean): Needle[] =>
    texts
      .filter((each) => each.isUnwanted === isUnwanted)
      .map(({ text, isPhrase }) => readNeedle(text, isPhrase))
      .filter((needle) => needle.folded !== '');
  const request: SearchRequest = {
    wanted: needles(false),
    unwanted: needles(true),
    from: of('from'),
    notFrom: of('from', true),
    in: of('in'),
    notIn: of('in', true),
    has: of('has').map(featureOf),
    hasNot: of('has', true).map(featureOf),
    notBefore: latest(of('after').map((text) => momentOf('after', text))),
    before: earliest(of('before').map((text) => momentOf('before', text))),
  };
  if (isEmpty(request)) refuse('must say what to look for');
  if (request.wanted.length > 0 && request.wanted.every(({ words }) => words.length === 0))
    refuse('needs at least one letter, digit or emoji to look for');
  return request;
}

function isEmpty({ notBefore, before, ...lists }: SearchRequest): boolean {
  return (
    notBefore === undefined && before === undefined && Object.values(lists).every((list) => list.length === 0)
  );
}

function featureOf(text: string): SearchFeature {
  const feature = searchFeatures.find((each) => each === text.toLowerCase().replace(/s$/, ''));
  return feature ?? refuse(`has: knows ${searchFeatures.join(', ')}`);
}

const momentPattern = /^\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z?)?)?)?$/;

/** A day, month or year stands for its beginning, in UTC. */
function momentOf(filter: string, text: string): Date {
  const isTime = text.includes('T');
  const moment = new Date(isTime && !text.endsWith('Z') ? `${text}Z` : text);
  if (!momentPattern.test(text) || Number.isNaN(moment.getTime()))
    return refuse(`${filter}: takes a day such as 2026-11-22, a month, a year or a time`);
  return moment;
}

const latest = (moments: readonly Date[]): Date | undefined =>
  moments.length === 0 ? undefined : new Date(Math.max(...moments.map(Number)));
const earliest = (moments: readonly Date[]): Date | undefined =>
  moments.length === 0 ? undefined : new Date(Math.min(...moments.map(Number)));

function refuse(message: string): never {
  throw new Problem('invalid', { errors: [{ path: 'q', message }] });
}
