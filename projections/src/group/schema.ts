import type { Connection } from '../tables/connection.ts';
import type { ReadModel } from './read-model.ts';

/** What every read model keeps about itself, beside its tables. */
const bookkeeping = [
  `CREATE TABLE checkpoint (
     id boolean PRIMARY KEY DEFAULT true CHECK (id),
     version integer NOT NULL,
     position bigint NOT NULL,
     -- False until a rebuild has its indexes.
     loaded boolean NOT NULL,
     -- Replaced by a rebuilt schema: whoever still holds on to this one must look again.
     retired boolean NOT NULL DEFAULT false
   ) WITH (fillfactor = 10)`,
  `CREATE TABLE parked (
     partition text PRIMARY KEY,
     organization_id uuid,
     -- The event that failed; it and all later ones of the partition wait.
     position bigint NOT NULL,
     -- While it is retried: everything of the partition up to here is applied.
     resumed_position bigint,
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
  readonly loaded: boolean;
}

export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

/** Makes the schema with empty tables, at the start of the log; in the caller's transaction. */
export async function createSchema(
  connection: Connection,
  model: ReadModel,
  schema: string,
  { isLoading = false }: { readonly isLoading?: boolean } = {},
): Promise<void> {
  await connection.query(`CREATE SCHEMA ${quoted(schema)}`);
  await connection.query(`SET LOCAL search_path = ${quoted(schema)}, public`);
  const rest = isLoading ? (model.loading?.tables ?? []) : model.indexes;
  for (const statement of [...bookkeeping, ...model.tables, ...rest]) await connection.query(statement);
  await connection.query('INSERT INTO checkpoint (version, position, loaded) VALUES ($1, 0, $2)', [
    model.version,
    !isLoading,
  ]);
}

/** Undefined when there is no such schema. */
export async function stateOf(connection: Connection, schema: string): Promise<SchemaState | undefined> {
  const { rows: tables } = await connection.query<{ found: boolean }>(
    `SELECT to_regclass($1) IS NOT NULL AS found`,
    [`${quoted(schema)}.checkpoint`],
  );
  if (tables[0]?.found !== true) return undefined;
  const { rows } = await connection.query<SchemaState>(
    `SELECT version, position, loaded FROM ${quoted(schema)}.checkpoint`,
  );
  return rows[0];
}
