import type { Connection } from '../tables/connection.ts';
import type { ReadModel } from './read-model.ts';

/** What every read model keeps about itself, beside its tables. */
const bookkeeping = [
  `CREATE TABLE checkpoint (
     id boolean PRIMARY KEY DEFAULT true CHECK (id),
     version integer NOT NULL,
     position bigint NOT NULL,
     -- Replaced by a rebuilt schema: whoever still holds on to this one must look again.
     retired boolean NOT NULL DEFAULT false
   ) WITH (fillfactor = 10)`,
  `CREATE TABLE parked (
     partition text PRIMARY KEY,
     organization_id uuid,
     -- The event that failed; it and all later ones of the partition wait.
     position bigint NOT NULL,
     -- Everything of the partition up to here is applied.
     applied_position bigint NOT NULL,
     event_id text NOT NULL,
     event_type text NOT NULL,
     stream text NOT NULL,
     revision bigint NOT NULL,
     cause text NOT NULL
   )`,
];

export interface SchemaState {
  readonly version: number;
  readonly position: bigint;
}

export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

/** Makes the schema with empty tables, at the start of the log. For one connection at a time. */
export async function createSchema(
  connection: Connection,
  model: ReadModel,
  schema: string,
  { withIndexes }: { readonly withIndexes: boolean },
): Promise<void> {
  await connection.query(`CREATE SCHEMA ${quoted(schema)}`);
  await connection.query(`SET LOCAL search_path = ${quoted(schema)}, public`);
  const statements = [...bookkeeping, ...model.tables, ...(withIndexes ? model.indexes : [])];
  for (const statement of statements) await connection.query(statement);
  await connection.query('INSERT INTO checkpoint (version, position) VALUES ($1, 0)', [model.version]);
}

/** Undefined when there is no such schema. */
export async function stateOf(connection: Connection, schema: string): Promise<SchemaState | undefined> {
  const { rows: tables } = await connection.query<{ found: boolean }>(
    `SELECT to_regclass($1) IS NOT NULL AS found`,
    [`${quoted(schema)}.checkpoint`],
  );
  if (tables[0]?.found !== true) return undefined;
  const { rows } = await connection.query<SchemaState>(
    `SELECT version, position FROM ${quoted(schema)}.checkpoint`,
  );
  return rows[0];
}
