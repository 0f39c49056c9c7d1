import type { Connection } from './connection.ts';

/** Rows to be changed by one statement: far from the statement timeout, and heartbeats are answered in between. */
export const rowsPerPiece = 5_000;

/**
 * The rows of a query as they are when the first are asked for, piece by piece, within the caller's transaction. For
 * what may concern any number of rows. One at a time in a session.
 */
export async function* inPieces<Row>(
  connection: Connection,
  sql: string,
  values: unknown[],
): AsyncGenerator<Row[]> {
  await connection.query('SET LOCAL cursor_tuple_fraction = 1'); // all are wanted, and not the first soon
  await connection.query(`DECLARE pieces NO SCROLL CURSOR FOR ${sql}`, values);
  for (;;) {
    const { rows } = await connection.query<Row>(`FETCH ${rowsPerPiece} FROM pieces`);
    if (rows.length > 0) yield rows;
    if (rows.length < rowsPerPiece) break;
  }
  await connection.query('CLOSE pieces');
}
