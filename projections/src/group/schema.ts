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
  await expectAnyOrganization(connection, schema);
  await connection.query('INSERT INTO checkpoint (version, position, loaded) VALUES ($1, 0, $2)', [
    model.version,
    !isLoading,
  ]);
}

/**
 * Keeps the planner from believing that an organization it has not counted yet has one row. Where the known ones fill
 * its statistics it would, and every question of a new one would read all that this one has, until the next ANALYZE of
 * a table that others have made large. Without statistics each is taken for a small share of the table.
 */
async function expectAnyOrganization(connection: Connection, schema: string): Promise<void> {
  const { rows } = await connection.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
     WHERE table_schema = $1 AND column_name = 'organization_id' ORDER BY 1`,
    [schema],
  );
  for (const { name } of rows)
    await connection.query(`ALTER TABLE ${quoted(name)} ALTER COLUMN organization_id SET STATISTICS 0`);
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
