import {
  authorJoin,
  messageColumns,
  Problem,
  toMessageView,
  type MessageView,
  type Page,
  type Person,
  type SearchHitView,
  type SqlSource,
} from '@verbatim/shared';
import { z } from 'zod';
import { findCandidates, type Candidate } from './candidates.ts';
import { parseSearch, type SearchRequest } from './parse-search.ts';
import { matchText, scoreOf, type Match } from './rank.ts';
import { conditionsOf } from './search-conditions.ts';
import { readableRooms } from './search-scope.ts';
import { stretchesBefore } from './sections.ts';
import { cutSnippet } from './snippet.ts';

export interface SearchQuestion {
  readonly q: string;
  readonly limit: number;
  readonly cursor: string | undefined;
}

interface Hit {
  readonly candidate: Candidate;
  readonly match: Match;
  readonly score: number;
}

/** A stretch of hits that are ranked among each other; what is older comes after it. */
interface Window {
  readonly hits: readonly Hit[];
  /** Where the next window begins; undefined when there is none. */
  readonly next: bigint | undefined;
}

/** Hits that are ranked among each other, if there are as many. */
const windowHits = 200;
const candidatesPerLook = 300;
/** Texts that are looked at for one page; a phrase of common words may need many. Beyond, the next page goes on. */
const maxLooks = 8;
const lookingBudgetMs = 150;
const endOfLog = 2n ** 63n - 1n;

/**
 * Messages that the person may read, the most relevant and freshest of the newest first.
 * @throws Problem `invalid` for what cannot be asked, `invalid-cursor`.
 */
export async function searchMessages(
  source: SqlSource,
  person: Person,
  { q, limit, cursor }: SearchQuestion,
): Promise<Page<SearchHitView>> {
  const request = parseSearch(q);
  const place = cursor === undefined ? { before: endOfLog, after: undefined } : readPlace(cursor);
  const window = await readWindow(source, person, request, place.before);
  const rest = window.hits.filter((hit) => place.after === undefined || isAfter(hit, place.after));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const nextCursor =
    last !== undefined && rest.length > limit
      ? writePlace({ before: place.before, after: { score: last.score, position: last.candidate.position } })
      : window.next === undefined
        ? null
        : writePlace({ before: window.next, after: undefined });
  return { items: await hitViews(source, person, page), nextCursor };
}

async function readWindow(
  source: SqlSource,
  person: Person,
  request: SearchRequest,
  start: bigint,
): Promise<Window> {
  const conditions = await conditionsOf(source, person, request);
  if (conditions === undefined) return { hits: [], next: undefined };
  const startedAt = performance.now();
  const found: { candidate: Candidate; match: Match }[] = [];
  let before: bigint | undefined = start;
  for (let look = 0; look < maxLooks && before !== undefined && found.length < windowHits; look += 1) {
    if (look > 0 && performance.now() - startedAt > lookingBudgetMs) break;
    const stretches = await stretchesBefore(source, person.organizationId, before);
    const looked = await findCandidates(source, person, conditions, { stretches, limit: candidatesPerLook });
    for (const candidate of looked.found) {
      const match = isInTime(candidate, request) ? matchText(candidate.text, request) : undefined;
      if (match !== undefined) found.push({ candidate, match });
    }
    before = looked.reached;
  }
  return { hits: ranked(found), next: before };
}

function isInTime({ createdAt }: Candidate, { notBefore, before }: SearchRequest): boolean {
  const at = Date.parse(createdAt);
  return at >= (notBefore?.getTime() ?? -Infinity) && at < (before?.getTime() ?? Infinity);
}

function ranked(found: readonly { candidate: Candidate; match: Match }[]): Hit[] {
  const newest = Math.max(...found.map(({ candidate }) => Date.parse(candidate.createdAt)));
  return found
    .map(({ candidate, match }) => ({
      candidate,
      match,
      score: scoreOf(match.relevance, newest - Date.parse(candidate.createdAt)),
    }))
    .sort((one, other) => (isAfter(one, rankOf(other)) ? 1 : -1));
}

interface Rank {
  readonly score: number;
  readonly position: bigint;
}
const rankOf = ({ score, candidate: { position } }: Hit): Rank => ({ score, position });
const isAfter = ({ score, candidate: { position } }: Hit, rank: Rank): boolean =>
  score < rank.score || (score === rank.score && position < rank.position);

const hitRowSchema = z.object({ roomName: z.string().nullable() });

/** The messages in full, if they may still be read, in the order given. */
async function hitViews(
  source: SqlSource,
  { organizationId, userId }: Person,
  hits: readonly Hit[],
): Promise<SearchHitView[]> {
  if (hits.length === 0) return [];
  const { rows } = await source.query(
    `SELECT ${messageColumns}, room.name AS "roomName"
     FROM unnest($3::uuid[]) AS hit (message_id)
     JOIN chat.message AS m ON m.organization_id = $1 AND m.message_id = hit.message_id
     JOIN chat.room ON room.organization_id = $1 AND room.room_id = m.room_id
     ${authorJoin}
     WHERE m.content = 'present' AND m.room_id IN (${readableRooms})`,
    [organizationId, userId, hits.map(({ candidate }) => candidate.messageId)],
  );
  const views = new Map<string, { message: MessageView; roomName: string | null }>();
  for (const row of rows) {
    const message = toMessageView(row);
    views.set(message.id, { message, roomName: hitRowSchema.parse(row).roomName });
  }
  return hits.flatMap(({ candidate, match }) => {
    const view = views.get(candidate.messageId);
    return view === undefined ? [] : [{ ...view, ...cutSnippet(candidate.text, match.ranges) }];
  });
}

interface Place {
  readonly before: bigint;
  readonly after: Rank | undefined;
}

const decimal = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt);
const placeSchema = z.union([
  z.tuple([decimal]).transform(([before]): Place => ({ before, after: undefined })),
  z
    .tuple([decimal, z.number(), decimal])
    .transform(([before, score, position]): Place => ({ before, after: { score, position } })),
]);

const writePlace = ({ before, after }: Place): string =>
  Buffer.from(
    JSON.stringify([
      before.toString(),
      ...(after === undefined ? [] : [after.score, after.position.toString()]),
    ]),
  ).toString('base64url');

/** A cursor is a place and carries no right. */
function readPlace(cursor: string): Place {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new Problem('invalid-cursor'); // not JSON: not a cursor of ours
  }
  const place = placeSchema.safeParse(json);
  if (!place.success || place.data.before > endOfLog) throw new Problem('invalid-cursor');
  return place.data;
}
