import { quoted } from '../group/schema.ts';
import type { Connection } from '../tables/connection.ts';

/** A row that is not alike in the two; what stands in it is not told, for it may be somebody's words. */
export interface Difference {
  readonly table: string;
  /** The primary key, as JSON; `[]` where it cannot be told which row it is. */
  readonly key: string;
  readonly kind: 'missing in the live tables' | 'not in the log' | 'differs';
  /** Which columns differ. */
  readonly columns: readonly string[];
}

export interface Side {
  readonly connection: Connection;
  readonly schema: string;
}

/** Rows are hashed in so many heaps; only heaps that differ are looked at row by row. */
const heaps = 4_096;
export const maxDifferences = 50;
/** It belongs to the bookkeeping, and stands at the same place by construction. */
const notCompared = new Set(['checkpoint']);

/** The first differences between two versions of a read model, table by table; both are read in their own snapshots. */
export async function compareSchemas(live: Side, built: Side): Promise<readonly Difference[]> {
  const tables = new Set([...(await tablesOf(live)), ...(await tablesOf(built))]);
  const differences: Difference[] = [];
  for (const table of [...tables].sort()) {
    if (differences.length >= maxDifferences) break;
    differences.push(...(await compareTables(live, built, table)));
  }
  return differences.slice(0, maxDifferences);
}

async function tablesOf({ connection, schema }: Side): Promise<string[]> {
  const { rows } = await connection.query<{ name: string }>(
    'SELECT tablename AS name FROM pg_tables WHERE schemaname = $1',
    [schema],
  );
  return rows.map(({ name }) => name).filter((name) => !notCompared.has(name));
}

async function compareTables(live: Side, built: Side, table: string): Promise<readonly Difference[]> {
  const [here, there] = await Promise.all([shapeOf(live, table), shapeOf(built, table)]);
  if (here.columns.join() !== there.columns.join())
    return [
      {
        table,
        key: '[]',
        kind: 'differs',
        columns: here.columns.filter((name) => !there.columns.includes(name)),
      },
    ];
  const [liveHeaps, builtHeaps] = await Promise.all([
    heapsOf(live, table, here),
    heapsOf(built, table, here),
  ]);
  const differing = [...new Set([...liveHeaps.keys(), ...builtHeaps.keys()])].filter(
    (heap) => liveHeaps.get(heap) !== builtHeaps.get(heap),
  );
  const differences: Difference[] = [];
  for (const heap of differing) {
    if (differences.length >= maxDifferences) break;
    const [liveRows, builtRows] = await Promise.all([
      rowsOf(live, table, here, heap),
      rowsOf(built, table, here, heap),
    ]);
    const rows = compareRows(table, here.columns, liveRows, builtRows);
    differences.push(
      ...(rows.length > 0 ? rows : [{ table, key: '[]', kind: 'differs', columns: [] } as const]),
    );
  }
  return differences;
}

interface Shape {
  readonly columns: readonly string[];
  readonly key: readonly string[];
}

async function shapeOf({ connection, schema }: Side, table: string): Promise<Shape> {
  const { rows } = await connection.query<{ name: string; isKey: boolean }>(
    `SELECT attribute.attname AS name, coalesce(attribute.attnum = ANY(index.indkey), false) AS "isKey"
     FROM pg_attribute AS attribute
     LEFT JOIN pg_index AS index ON index.indrelid = attribute.attrelid AND index.indisprimary
     WHERE attribute.attrelid = to_regclass($1) AND attribute.attnum > 0 AND NOT attribute.attisdropped
     ORDER BY attribute.attnum`,
    [`${quoted(schema)}.${quoted(table)}`],
  );
  return {
    columns: rows.map(({ name }) => name),
    key: rows.filter(({ isKey }) => isKey).map(({ name }) => name),
  };
}

const keyOf = ({ key }: Shape): string =>
  `jsonb_build_array(${key.map((name) => `t.${quoted(name)}`).join(', ')})::text`;
const heapOf = (shape: Shape): string => `abs(hashtextextended(${keyOf(shape)}, 0) % ${heaps})`;

/** Of each heap: how many rows, and the sum of their hashes, so that the order in which they are read is no matter. */
async function heapsOf(
  { connection, schema }: Side,
  table: string,
  shape: Shape,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await connection.query<{ heap: bigint; sum: string }>(
    `SELECT ${heapOf(shape)} AS heap, count(*) || ' ' || sum(hashtextextended(t::text, 1)::numeric)
       || ' ' || sum(hashtextextended(t::text, 2)::numeric) AS sum
     FROM ${quoted(schema)}.${quoted(table)} AS t GROUP BY 1`,
  );
  return new Map(rows.map(({ heap, sum }) => [String(heap), sum]));
}

/** What stands in each column, as text: parsed, `2.0` and `2` of a `jsonb` would be alike. */
type Row = readonly (string | null)[];

async function rowsOf(
  { connection, schema }: Side,
  table: string,
  shape: Shape,
  heap: string,
): Promise<ReadonlyMap<string, Row>> {
  const { rows } = await connection.query<{ key: string; row: Row }>(
    `SELECT ${keyOf(shape)} AS key, ARRAY[${shape.columns.map((name) => `t.${quoted(name)}::text`).join(', ')}] AS row
     FROM ${quoted(schema)}.${quoted(table)} AS t WHERE ${heapOf(shape)} = $1`,
    [heap],
  );
  return new Map(rows.map(({ key, row }) => [key, row]));
}

function compareRows(
  table: string,
  columnNames: readonly string[],
  live: ReadonlyMap<string, Row>,
  built: ReadonlyMap<string, Row>,
): Difference[] {
  const differences: Difference[] = [];
  for (const key of new Set([...live.keys(), ...built.keys()])) {
    const here = live.get(key);
    const there = built.get(key);
    if (here === undefined) differences.push({ table, key, kind: 'missing in the live tables', columns: [] });
    else if (there === undefined) differences.push({ table, key, kind: 'not in the log', columns: [] });
    else {
      const columns = columnNames.filter((_, index) => here[index] !== there[index]);
      if (columns.length > 0) differences.push({ table, key, kind: 'differs', columns });
    }
  }
  return differences;
}
