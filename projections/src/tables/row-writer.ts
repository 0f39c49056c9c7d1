import type { Connection } from './connection.ts';
import { columnName, fieldsOf, givenColumn, unnestOf, valuesOf, type Table } from './table.ts';

/** How new rows get into a table. */
export type RowWriter = <Row extends object>(
  connection: Connection,
  table: Table<Row>,
  rows: readonly Row[],
) => Promise<void>;

/** One statement for all rows: what costs least for the few rows of a live batch. */
export const insertRows: RowWriter = async (connection, table, rows) => {
  const fields = fieldsOf(table);
  await connection.query(
    `INSERT INTO ${table.name} (${fields.map(columnName).join(', ')})
     SELECT ${fields.map((field) => givenColumn(table, field)).join(', ')} FROM ${unnestOf(table, fields)}`,
    fields.map((field) => valuesOf(table, rows, field)),
  );
};
