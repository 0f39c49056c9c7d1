import {
  createPool,
  sqlSourceOf,
  sectionAt,
  sectionLevels,
  Terms,
  termsOfMessage,
  type SqlSource,
} from '@verbatim/shared';
import { findInstance } from '@verbatim/shared/configuration';
import type { Instance } from '@verbatim/testing/instance';
import { createChannel, type Person } from '../workspace.ts';

const rooms = 40;
const authors = 60;
const years = 3;
const dayMs = 24 * 3_600_000;
const textsPerStatement = 5_000;
const messagesPerStatement = 250_000;
const statementTimeoutMs = 3_600_000;

export interface Tables {
  readonly source: SqlSource;
  close(): Promise<void>;
}

/** The instance's own database, for statements that take long. */
export async function openTables({ dataDirectory }: Pick<Instance, 'dataDirectory'>): Promise<Tables> {
  const found = await findInstance(dataDirectory);
  if (found === undefined) throw new Error('the instance does not tell where its database is');
  // One connection: temporary tables are seen by no other.
  const pool = createPool(found.database, { applicationName: 'bench', max: 1, statementTimeoutMs });
  return { source: sqlSourceOf(pool), close: () => pool.destroy() };
}

/**
 * Millions of messages of `owner`'s organization straight into the tables of timeline and search, rows and terms like
 * those that projecting makes: as events they would take hours to write. Half of them are in one room.
 */
export async function writeMessages(
  { source }: Tables,
  owner: Person,
  count: number,
  texts: readonly string[],
): Promise<void> {
  const organizationId = owner.session.organization.id;
  const terms = new Terms(organizationId);
  const roomIds: string[] = [];
  while (roomIds.length < rooms) roomIds.push(await createChannel(owner, `room ${roomIds.length}`));
  await writeTexts(source, terms, texts);
  await writeAuthors(source, organizationId);
  await writePlaces(source, terms, organizationId, roomIds, count);
  for (const table of ['said', 'author', 'place', 'date', 'stretch']) await source.query(`ANALYZE ${table}`);
  const indexes = await dropIndexes(source);
  for (let from = 0; from < count; from += messagesPerStatement) {
    const numbers = [from, Math.min(from + messagesPerStatement, count) - 1, texts.length, count];
    await source.query(messagesSql, [organizationId, ...numbers]);
    await source.query(documentsSql, [organizationId, ...numbers]);
    console.log(`${(from + messagesPerStatement).toLocaleString('en-US')} messages`);
  }
  await source.query(wordsSql, [organizationId, Math.max(1, Math.floor(count / texts.length))]);
  await source.query(
    `UPDATE chat.room SET (last_seq, live_messages) = (
       SELECT coalesce(max(seq), 0), count(*) FROM chat.message AS m
       WHERE m.organization_id = room.organization_id AND m.room_id = room.room_id)
     WHERE organization_id = $1`,
    [organizationId],
  );
  await source.query(`SET maintenance_work_mem = '512MB'`);
  for (const index of indexes) {
    console.log(index);
    await source.query(index);
  }
  for (const table of ['chat.message', 'search.document', 'search.word', 'chat.room'])
    await source.query(`ANALYZE ${table}`);
}

/** Every text once, with the terms that are the same for all who say it. */
async function writeTexts(source: SqlSource, terms: Terms, texts: readonly string[]): Promise<void> {
  await source.query('CREATE TEMP TABLE said (number integer PRIMARY KEY, text text, terms bigint[])');
  await source.query('CREATE TEMP TABLE spoken (term bigint, word text)');
  const nowhere = { roomId: '', authorId: '', day: '2000-01-01', position: 0n, isMentioning: false };
  const placeTerms = new Set(termsOfMessage(terms, { ...nowhere, text: '' }).terms);
  for (let start = 0; start < texts.length; start += textsPerStatement) {
    const some = texts.slice(start, start + textsPerStatement);
    const made = some.map((text) => termsOfMessage(terms, { ...nowhere, text }));
    await source.query(
      `INSERT INTO said SELECT number, text, terms::bigint[]
       FROM unnest($1::integer[], $2::text[], $3::text[]) AS given (number, text, terms)`,
      [
        some.map((_, index) => start + index),
        some,
        made.map((each) => `{${each.terms.filter((term) => !placeTerms.has(term)).join(',')}}`),
      ],
    );
    const words = made.flatMap((each) => [...each.words]);
    await source.query('INSERT INTO spoken SELECT * FROM unnest($1::bigint[], $2::text[])', [
      words.map(([term]) => term),
      words.map(([, word]) => word),
    ]);
  }
}

async function writeAuthors(source: SqlSource, organizationId: string): Promise<void> {
  await source.query(
    `INSERT INTO chat.person (organization_id, user_id, display_name, role, active)
     SELECT $1::uuid, gen_random_uuid(), 'Person ' || number, 'member', true FROM generate_series(1, ${authors}) AS number`,
    [organizationId],
  );
}

/** Rooms, authors, days and stretches of the log with their terms. */
async function writePlaces(
  source: SqlSource,
  terms: Terms,
  organizationId: string,
  roomIds: readonly string[],
  count: number,
): Promise<void> {
  const { rows } = await source.query(
    `SELECT user_id::text AS id FROM chat.person WHERE organization_id = $1 ORDER BY 1`,
    [organizationId],
  );
  const userIds = (rows as { id: string }[]).map(({ id }) => id);
  const place = async (name: string, keys: readonly string[], values: readonly (readonly number[])[]) => {
    await source.query(`CREATE TEMP TABLE ${name} (number serial PRIMARY KEY, key text, terms bigint[])`);
    await source.query(
      `INSERT INTO ${name} (number, key, terms)
       SELECT number - 1, key, terms::bigint[]
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS given (key, terms, number)`,
      [keys, values.map((each) => `{${each.join(',')}}`)],
    );
  };
  await place(
    'place',
    roomIds,
    roomIds.map((id) => [terms.room(id)]),
  );
  await place(
    'author',
    userIds,
    userIds.map((id) => [terms.author(id)]),
  );
  const lastDay = Date.now() - dayMs;
  const dates = Array.from({ length: years * 365 }, (_, index) =>
    new Date(lastDay - (years * 365 - 1 - index) * dayMs).toISOString().slice(0, '2026-11-22'.length),
  );
  await place(
    'date',
    dates,
    dates.map((day) => [terms.period(day), terms.period(day.slice(0, 7))]),
  );
  const [finest] = sectionLevels;
  const stretches = Array.from({ length: (count >> finest) + 1 }, (_, index) =>
    sectionLevels.map((level) => terms.section(sectionAt(level, BigInt(index) << BigInt(finest)))),
  );
  await place(
    'stretch',
    stretches.map((_, index) => String(index)),
    stretches,
  );
}

async function dropIndexes(source: SqlSource): Promise<string[]> {
  const { rows } = await source.query(
    `SELECT schemaname || '.' || indexname AS name, indexdef AS definition FROM pg_indexes
     WHERE (schemaname, tablename) IN (('chat', 'message'), ('search', 'document'), ('search', 'word'))
       AND indexname NOT IN (SELECT conname FROM pg_constraint)`,
  );
  const indexes = rows as { name: string; definition: string }[];
  for (const { name } of indexes) await source.query(`DROP INDEX ${name}`);
  return indexes.map(({ definition }) => definition);
}

/** Of every 80 messages 41 are in the first room, and one in each other; ids and days rise, as they do. */
const numbered = `
  generate_series($2::bigint, $3::bigint) AS n
  JOIN said ON said.number = (n * 7919) % $4::bigint
  JOIN author ON author.number = (n * 31 + n / 977) % (SELECT count(*) FROM author)
  JOIN place ON place.number = greatest(0, n % 80 - 40)
  JOIN date ON date.number = n * (SELECT count(*) FROM date) / $5::bigint`;
const messageId = `(lpad(to_hex(26000000 + n / 65536), 8, '0') || '-' || lpad(to_hex(n % 65536), 4, '0')
  || '-7000-8000-' || lpad(to_hex((n * 7919) % 281474976710655), 12, '0'))::uuid`;
const moment = `(date.key || 'T00:00:00Z')::timestamptz + n % 86400 * interval '1 second'`;

const messagesSql = `
  INSERT INTO chat.message (organization_id, message_id, room_id, seq, position, author_id, kind, content, text,
    mentions, mentions_room, day, sent_at, created_at, version, reply_count)
  SELECT $1::uuid, ${messageId}, place.key::uuid,
    (2 + CASE place.number WHEN 0 THEN n / 80 * 41 + n % 80 ELSE n / 80 END)::integer, n, author.key::uuid,
    'text', 'present', said.text, '{}'::uuid[], false, date.key, ${moment}, ${moment}, 1, 0
  FROM ${numbered} ORDER BY n`;
const documentsSql = `
  INSERT INTO search.document (organization_id, message_id, room_id, position, terms)
  SELECT $1::uuid, ${messageId}, place.key::uuid, n,
    said.terms || place.terms || author.terms || date.terms || stretch.terms
  FROM ${numbered} JOIN stretch ON stretch.number = n >> ${sectionLevels[0]} ORDER BY n`;
/** Each text is said about equally often. */
const wordsSql = `
  INSERT INTO search.word (organization_id, term, word, documents)
  SELECT $1::uuid, term, min(word), count(*) * $2::integer FROM spoken GROUP BY term
  ON CONFLICT DO NOTHING`;
