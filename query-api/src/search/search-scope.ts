import { Problem, type Person, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';

/** The rooms that `$2` of the organization `$1` may read. */
export const readableRooms = `
  SELECT room_id FROM chat.room WHERE organization_id = $1 AND visibility = 'public'
  UNION
  SELECT room_id FROM chat.participant WHERE organization_id = $1 AND user_id = $2`;

export interface SearchScope {
  /** The rooms to look in, when they are few of all; null says: look at all, and leave out what may not be read. */
  readonly narrowRoomIds: readonly string[] | null;
}

/** More rooms than this are not named one by one. */
const maxNarrowRooms = 1_000;
/** When the readable rooms hold less than this share of all messages, it pays to look in them alone. */
const narrowShare = 0.25;

const scopeSchema = z.object({
  all: z.number(),
  readable: z.number(),
  roomIds: z.array(z.string()).nullable(),
});

export async function scopeOf(source: SqlSource, { organizationId, userId }: Person): Promise<SearchScope> {
  const { rows } = await source.query(
    `SELECT (SELECT coalesce(sum(live_messages), 0) FROM chat.room WHERE organization_id = $1)::float8 AS "all",
       coalesce(sum(live_messages), 0)::float8 AS readable,
       CASE WHEN count(*) <= ${maxNarrowRooms} THEN coalesce(array_agg(room_id::text), '{}') END AS "roomIds"
     FROM chat.room WHERE organization_id = $1 AND room_id IN (${readableRooms})`,
    [organizationId, userId],
  );
  const { all, readable, roomIds } = scopeSchema.parse(rows[0]);
  return { narrowRoomIds: readable < all * narrowShare ? roomIds : null };
}

const namedSchema = z.array(z.object({ name: z.string(), id: z.string() }));

/** People that a search names: by id, as `me`, by the whole name, else by the beginning of one of its words. */
export async function peopleNamed(
  source: SqlSource,
  { organizationId, userId }: Person,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  return idsByName(
    source,
    names,
    new Map([['me', userId]]),
    (pattern) => `
      SELECT user_id FROM chat.person
      WHERE organization_id = $2 AND (${plainly('display_name')} LIKE ${pattern} OR user_id::text = lower(given.name))
      ORDER BY user_id LIMIT ${maxNamed}`,
    [organizationId],
  );
}

/** Rooms that a search names, among those that the person may read: by id or name. */
export async function roomsNamed(
  source: SqlSource,
  { organizationId, userId }: Person,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  return idsByName(
    source,
    names,
    new Map(),
    (pattern) => `
      SELECT room_id FROM chat.room
      WHERE organization_id = $2 AND (${plainly('name')} LIKE ${pattern} OR room_id::text = lower(given.name))
        AND (visibility = 'public' OR EXISTS (
          SELECT FROM chat.participant
          WHERE organization_id = $2 AND room_id = room.room_id AND user_id = $3))
      ORDER BY room_id LIMIT ${maxNamed}`,
    [organizationId, userId],
  );
}

/** Without case and accents, of which most names have none: taking them off costs more than looking. */
const plainly = (name: string): string => `
  CASE WHEN octet_length(${name}) = char_length(${name}) THEN lower(${name})
    ELSE lower(regexp_replace(normalize(${name}, NFKD), '[\\u0300-\\u036f]', '', 'g')) END`;

/** As many may share a name, or the beginning of one. */
const maxNamed = 100;

async function idsByName(
  source: SqlSource,
  names: readonly string[],
  known: ReadonlyMap<string, string>,
  select: (pattern: string) => string,
  values: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const bare = new Map(names.map((name) => [name, name.replace(/^[@#]/, '').trim()]));
  if (bare.size === 0) return new Map();
  if ([...bare.values()].includes(''))
    throw new Problem('invalid', { errors: [{ path: 'q', message: 'a filter needs a value' }] });
  const like = `replace(replace(replace(${plainly('given.name')}, '\\', '\\\\'), '%', '\\%'), '_', '\\_')`;
  const { rows } = await source.query(
    `SELECT given.name, coalesce(whole.id, part.id)::text AS id
     FROM unnest($1::text[]) AS given (name)
     LEFT JOIN LATERAL (SELECT array_agg(id) AS ids FROM (${select(like)}) AS found (id)) AS wholes ON true
     LEFT JOIN LATERAL unnest(wholes.ids) AS whole (id) ON true
     LEFT JOIN LATERAL (${select(`ANY (ARRAY[${like} || '%', '% ' || ${like} || '%'])`)}) AS part (id)
       ON wholes.ids IS NULL
     WHERE whole.id IS NOT NULL OR part.id IS NOT NULL`,
    [[...new Set(bare.values())], ...values],
  );
  const found = namedSchema.parse(rows);
  return new Map(
    [...bare].map(([name, text]) => {
      const fixed = known.get(text.toLowerCase());
      const ids = found.filter((each) => each.name === text).map(({ id }) => id);
      return [name, fixed === undefined ? ids : [fixed]];
    }),
  );
}
