import type { SqlSource } from '@verbatim/shared';
import { z } from 'zod';
import type { ExpectedRow } from './expected-rows.ts';

/** A table of the record, and how its columns read as text. */
interface ComparedTable {
  readonly name: string;
  readonly key: Readonly<Record<string, string>>;
  readonly columns: Readonly<Record<string, string>>;
}

const text = (column: string): string => `t.${column}::text`;
const hex = (column: string): string => `encode(t.${column}, 'hex')`;
const instant = (column: string): string => `(extract(epoch FROM t.${column}) * 1000)::bigint::text`;
const asText = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, text(name)]));

export const eventTable: ComparedTable = {
  name: 'record.event',
  key: { organization_id: 'uuid', leaf_index: 'bigint' },
  columns: {
    ...asText('position', 'event_id', 'stream', 'revision', 'type', 'data', 'metadata'),
    ...asText('actor_id', 'room_id', 'entity_type', 'entity_id', 'author_id', 'day'),
    created: instant('created'),
    horizon: instant('horizon'),
    data_sha256: hex('data_sha256'),
    metadata_sha256: hex('metadata_sha256'),
    leaf_hash: hex('leaf_hash'),
  },
};
export const nodeTable: ComparedTable = {
  name: 'record.node',
  key: { organization_id: 'uuid', level: 'integer', index: 'bigint' },
  columns: { hash: hex('hash') },
};
export const participantTable: ComparedTable = {
  name: 'record.participant',
  key: { organization_id: 'uuid', room_id: 'uuid', user_id: 'uuid', leaf_index: 'bigint' },
  columns: asText('role'),
};

/** A row that the log demands, and the event that demands it. */
export interface Demand {
  readonly table: ComparedTable;
  readonly position: bigint;
  readonly row: ExpectedRow;
}

const foundRows = z.array(z.record(z.string(), z.string().nullable()));

/** The first of these rows that is not there as the log demands it; what is wrong with it. */
export async function firstWrongRow(
  database: SqlSource,
  demands: readonly Demand[],
): Promise<{ readonly demand: Demand; readonly what: string } | undefined> {
  const wrong = await Promise.all(
    [eventTable, nodeTable, participantTable].map((table) =>
      wrongIn(
        database,
        table,
        demands.filter((demand) => demand.table === table),
      ),
    ),
  );
  return wrong
    .filter((each) => each !== undefined)
    .sort((one, other) => Number(one.demand.position - other.demand.position))[0];
}

async function wrongIn(
  database: SqlSource,
  table: ComparedTable,
  demands: readonly Demand[],
): Promise<{ readonly demand: Demand; readonly what: string } | undefined> {
  if (demands.length === 0) return undefined;
  const keys = Object.entries(table.key);
  const names = keys.map(([name]) => name);
  const selected = [...names.map((name) => [name, text(name)]), ...Object.entries(table.columns)];
  const { rows } = await database.query(
    `SELECT ${selected.map(([name, sql]) => `${sql} AS ${name}`).join(', ')}
     FROM unnest(${keys.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')})
       AS wanted (${names.join(', ')})
     JOIN ${table.name} AS t USING (${names.join(', ')})`,
    names.map((name) => demands.map(({ row }) => row[name] ?? null)),
  );
  const nameOf = (row: ExpectedRow): string => names.map((name) => row[name]).join('|');
  const found = new Map(foundRows.parse(rows).map((row) => [nameOf(row), row]));
  for (const demand of demands) {
    const row = found.get(nameOf(demand.row));
    if (row === undefined) return { demand, what: `its row is missing from ${table.name}` };
    for (const column of Object.keys(table.columns))
      if (row[column] !== demand.row[column])
        return { demand, what: `${column} in ${table.name} is not what the log says` };
  }
  return undefined;
}
