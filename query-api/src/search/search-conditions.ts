import { Terms, type Person, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';
import { keysOfNeedle, type Needle, type WordPart } from './needle.ts';
import type { SearchRequest } from './parse-search.ts';
import { periodsBetween } from './periods.ts';
import { peopleNamed, roomsNamed, scopeOf } from './search-scope.ts';

/** What the index is asked: messages with all of `every`, one at least of each of `oneOf`, and none of `none`. */
export interface SearchConditions {
  readonly every: readonly number[];
  readonly oneOf: readonly (readonly number[])[];
  readonly none: readonly number[];
}

/** Undefined when nothing can be found: a name or a part of a word that the organization does not have. */
export async function conditionsOf(
  source: SqlSource,
  person: Person,
  request: SearchRequest,
): Promise<SearchConditions | undefined> {
  const terms = new Terms(person.organizationId);
  const wanted = request.wanted.map(keysOfNeedle);
  const unwanted = request.unwanted.filter(isOneWord).map(keysOfNeedle);
  const [people, rooms, scope, parts] = await Promise.all([
    peopleNamed(source, person, [...request.from, ...request.notFrom]),
    roomsNamed(source, person, [...request.in, ...request.notIn]),
    scopeOf(source, person),
    wordsLike(
      source,
      person.organizationId,
      [...wanted, ...unwanted].flatMap((keys) => keys.parts),
    ),
  ]);
  const authors = (names: readonly string[]): number[] =>
    names.flatMap((name) => people.get(name) ?? []).map((id) => terms.author(id));
  const places = (names: readonly string[]): number[] =>
    names.flatMap((name) => rooms.get(name) ?? []).map((id) => terms.room(id));
  const likely = (some: readonly WordPart[]): (readonly number[])[] =>
    some.map(({ pattern }) => parts.get(pattern) ?? []);

  const oneOf = [
    ...wanted.flatMap((keys) => likely(keys.parts)),
    ...(request.from.length > 0 ? [authors(request.from)] : []),
    ...(request.in.length > 0 ? [places(request.in)] : []),
    ...periodsBetween(request.notBefore, request.before).map((periods) =>
      periods.map((period) => terms.period(period)),
    ),
    ...(scope.narrowRoomIds === null ? [] : [scope.narrowRoomIds.map((id) => terms.room(id))]),
  ];
  if (oneOf.some((group) => group.length === 0)) return undefined;
  return {
    every: [
      ...wanted.flatMap(({ exact }) => exact.map((key) => terms.word(key))),
      ...request.has.map((feature) => terms.has(feature)),
    ],
    oneOf,
    none: [
      ...unwanted.flatMap(({ exact }) => exact.map((key) => terms.word(key))),
      ...unwanted.flatMap((keys) => likely(keys.parts).flat()),
      ...authors(request.notFrom),
      ...places(request.notIn),
      ...request.hasNot.map((feature) => terms.has(feature)),
    ],
  };
}

/** Only a single word is known to be missing by its key alone; of the rest the text is asked. */
const isOneWord = ({ words, folded }: Needle): boolean =>
  words.length === 1 && words[0]?.text === folded && (!words[0].isUnspaced || Array.from(folded).length <= 2);

/** A part stands for the words that have it: as many as this, the word that is the part itself, then the commonest. */
const maxWordsLike = 200;
const likeSchema = z.array(z.object({ pattern: z.string(), term: z.coerce.number() }));

async function wordsLike(
  source: SqlSource,
  organizationId: string,
  parts: readonly WordPart[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  if (parts.length === 0) return new Map();
  const wordByPattern = new Map(parts.map(({ pattern, word }) => [pattern, word]));
  const { rows } = await source.query(
    `SELECT given.pattern, found.term::text
     FROM unnest($2::text[], $3::text[]) AS given (pattern, word)
     CROSS JOIN LATERAL (
       SELECT term FROM search.word
       WHERE organization_id = $1 AND word LIKE given.pattern
       ORDER BY word = given.word DESC, documents DESC, term LIMIT ${maxWordsLike}) AS found`,
    [organizationId, [...wordByPattern.keys()], [...wordByPattern.values()]],
  );
  const found = new Map<string, number[]>();
  for (const { pattern, term } of likeSchema.parse(rows))
    found.set(pattern, [...(found.get(pattern) ?? []), term]);
  return found;
}
