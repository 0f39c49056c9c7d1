import {
  authorJoin,
  messageColumns,
  type Page,
  type Person,
  type SearchHitView,
  type SqlSource,
} from '@verbatim/shared';
import { toPlacedMessage } from '../messages/placed-message.ts';
import { unknownOrganization } from '../sources/unknown-organization.ts';
import { findCandidates, type Candidate } from './candidates.ts';
import { parseSearch, type SearchRequest } from './parse-search.ts';
import { matchText, scoreOf, type Match } from './rank.ts';
import { conditionsOf } from './search-conditions.ts';
import { firstPlace, readPlace, writePlace, type Place, type Rank } from './search-place.ts';
import { readableRooms } from './search-scope.ts';
import { stretchesBefore } from './sections.ts';
import { cutSnippet } from './snippet.ts';

export interface SearchQuestion {
  readonly q: string;
  readonly limit: number;
  readonly cursor: string | undefined;
}

interface Found {
  readonly candidate: Candidate;
  readonly match: Match;
}

interface Hit extends Found {
  readonly score: number;
}

/** A stretch of hits that are ranked among each other; what is older comes after it. */
interface Window {
  readonly hits: readonly Hit[];
  /** When the newest hit was said, in milliseconds since 1970. */
  readonly newestMs: number;
  /** Where the next window begins; undefined when there is none. */
  readonly next: bigint | undefined;
}

/** Hits that are ranked among each other, if there are as many. */
const windowHits = 200;
const candidatesPerLook = 300;
/** Texts that are looked at for one page; a phrase of common words may need many. Beyond, the next page goes on. */
const maxLooks = 8;
/** A window that nobody has seen anything of ends after this. */
const lookingBudgetMs = 150;

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
  const place = cursor === undefined ? firstPlace : readPlace(cursor);
  const window = await readWindow(source, person, request, place);
  const after = place.window?.after;
  const rest = after === undefined ? window.hits : window.hits.filter((hit) => isAfter(hit, after));
  const page = rest.slice(0, limit);
  const next = rest.length > limit ? placeWithin(place, window, page) : placeBehind(window);
  return { items: await hitViews(source, person, page), nextCursor: next && writePlace(next) };
}

const placeBehind = ({ next }: Window): Place | null =>
  next === undefined ? null : { before: next, window: undefined };

/** Behind this page of the window, which nothing newer than its hits comes into any more. */
function placeWithin(place: Place, { hits, newestMs, next }: Window, page: readonly Hit[]): Place | null {
  const last = page.at(-1);
  if (last === undefined) return null;
  const newest = hits.reduce(
    (most, { candidate }) => (candidate.position > most ? candidate.position : most),
    0n,
  );
  return {
    before: place.window === undefined ? newest + 1n : place.before,
    window: { from: next ?? 0n, newestMs, after: rankOf(last) },
  };
}

async function readWindow(
  source: SqlSource,
  person: Person,
  request: SearchRequest,
  { before: start, window: begun }: Place,
): Promise<Window> {
  const conditions = await conditionsOf(source, person, request);
  const found: Found[] = [];
  let before: bigint | undefined = conditions && start;
  const startedAt = performance.now();
  const isComplete = (): boolean =>
    begun === undefined
      ? found.length >= windowHits || performance.now() - startedAt > lookingBudgetMs
      : before !== undefined && before <= begun.from;
  for (let look = 0; look < maxLooks && conditions !== undefined && before !== undefined; look += 1) {
    if (look > 0 && isComplete()) break;
    const stretches = await stretchesBefore(source, person.organizationId, before);
    const looked = await findCandidates(source, person, conditions, { stretches, limit: candidatesPerLook });
    for (const candidate of looked.found) {
      if (begun !== undefined && candidate.position < begun.from) continue;
      const match = isInTime(candidate, request) ? matchText(candidate.text, request) : undefined;
      if (match !== undefined) found.push({ candidate, match });
    }
    before = looked.reached;
  }
  const newestMs = begun?.newestMs ?? Math.max(...found.map(({ candidate }) => saidAtMs(candidate)));
  const next = begun !== undefined && before !== undefined && before < begun.from ? begun.from : before;
  return { hits: ranked(found, newestMs), newestMs, next };
}

const saidAtMs = ({ createdAt }: Candidate): number => Date.parse(createdAt);

function isInTime(candidate: Candidate, { notBefore, before }: SearchRequest): boolean {
  const at = saidAtMs(candidate);
  return at >= (notBefore?.getTime() ?? -Infinity) && at < (before?.getTime() ?? Infinity);
}

function ranked(found: readonly Found[], newestMs: number): Hit[] {
  return found
    .map(({ candidate, match }) => ({
      candidate,
      match,
      score: scoreOf(match.relevance, newestMs - saidAtMs(candidate)),
    }))
    .sort((one, other) => (isAfter(one, rankOf(other)) ? 1 : -1));
}

const rankOf = ({ score, candidate: { position } }: Hit): Rank => ({ score, position });
const isAfter = ({ score, candidate: { position } }: Hit, rank: Rank): boolean =>
  score < rank.score || (score === rank.score && position < rank.position);

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
     JOIN chat.message AS m ON m.organization_id = ${unknownOrganization} AND m.message_id = hit.message_id
     JOIN chat.room ON room.organization_id = $1 AND room.room_id = m.room_id
     ${authorJoin}
     WHERE m.content = 'present' AND m.room_id IN (${readableRooms})`,
    [organizationId, userId, hits.map(({ candidate }) => candidate.messageId)],
  );
  const views = new Map(rows.map(toPlacedMessage).map((placed) => [placed.message.id, placed]));
  return hits.flatMap(({ candidate, match }) => {
    const view = views.get(candidate.messageId);
    return view === undefined ? [] : [{ ...view, ...cutSnippet(candidate.text, match.ranges) }];
  });
}
