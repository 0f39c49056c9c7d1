import type { Connection } from '../tables/connection.ts';
import type { RowWriter } from '../tables/row-writer.ts';
import type { Table } from '../tables/table.ts';
import type { Sweep } from './sweep-documents.ts';
import { termGroupsOf } from './sweep-documents.ts';
import type { WordCounts } from './word-counts.ts';

/**
 * While an index is loaded, its words are only noted, to be added up once; and what is to be swept out is, for the
 * index by which it is found is not there yet. It is nobody's but documents' from before the sweep. Notes are as durable
 * as the checkpoint that they go with: a build that is gone on with after a crash makes none a second time.
 */
export const loadingTables = [
  `CREATE TABLE loaded_word (organization_id uuid, term bigint, word text COLLATE "C", change integer)`,
  `CREATE TABLE loaded_sweep (organization_id uuid, position bigint, terms bigint[])`,
];

interface LoadedWord {
  readonly organizationId: string;
  readonly term: number;
  readonly word: string | null;
  readonly change: number;
}

const loadedWordTable: Table<LoadedWord> = {
  name: 'loaded_word',
  columns: { organizationId: 'uuid', term: 'bigint', word: 'text', change: 'integer' },
  key: ['organizationId', 'term'],
};

export async function noteWords(connection: Connection, words: WordCounts, writer: RowWriter): Promise<void> {
  const rows = [...words.changes()];
  if (rows.length > 0) await writer(connection, loadedWordTable, rows);
}

export async function noteSweep(connection: Connection, event: Sweep): Promise<void> {
  for (const terms of termGroupsOf(event))
    await connection.query('INSERT INTO loaded_sweep VALUES ($1, $2, $3)', [
      event.metadata.organizationId,
      event.position,
      terms,
    ]);
}

export async function finishLoading(connection: Connection): Promise<void> {
  await connection.query(
    `INSERT INTO loaded_word
     SELECT organization_id, term, NULL, -count(*)::integer
     FROM (
       SELECT gone.organization_id, unnest(gone.terms) AS term
       FROM document AS gone
       WHERE EXISTS (
         SELECT FROM loaded_sweep AS sweep
         WHERE sweep.organization_id = gone.organization_id AND gone.terms @> sweep.terms
           AND gone.position < sweep.position)) AS lost
     GROUP BY organization_id, term`,
  );
  await connection.query(
    `DELETE FROM document AS gone USING loaded_sweep AS sweep
     WHERE sweep.organization_id = gone.organization_id AND gone.terms @> sweep.terms
       AND gone.position < sweep.position`,
  );
  await connection.query(
    `INSERT INTO word (organization_id, term, word, documents)
     SELECT organization_id, term, max(word), sum(change)::integer
     FROM loaded_word GROUP BY organization_id, term
     HAVING sum(change) > 0 AND max(word) IS NOT NULL`,
  );
  await connection.query('DROP TABLE loaded_word, loaded_sweep');
}
