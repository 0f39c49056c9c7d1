import { together, type Connection } from '../tables/connection.ts';

/** Somebody else has moved the checkpoint, or the schema was replaced: what this process knows is out of date. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/**
 * Runs `work` in a transaction that moves the checkpoint. That comes first, so that of two who are at the same place
 * one waits for the other and then finds itself fenced. What a crash loses is projected again, so the commit need not
 * wait for the disk.
 * @throws FencedError when the checkpoint is not at `from`.
 */
export async function movingCheckpoint<Result>(
  connection: Connection,
  schema: string,
  { from, to }: { readonly from: bigint; readonly to: bigint },
  work: () => Promise<Result>,
): Promise<Result> {
  return transaction(connection, schema, async () => {
    let fenced: FencedError | undefined;
    const move = async (): Promise<void> => {
      const { rows } = await connection.query(
        'UPDATE checkpoint SET position = $2 WHERE position = $1 AND NOT retired RETURNING position',
        [from, to],
      );
      if (rows.length > 0) return;
      throw (fenced = new FencedError(`the checkpoint of ${schema} is not at ${from} any more`));
    };
    try {
      const [, result] = await together(connection, move, work);
      return result;
    } catch (error) {
      throw fenced ?? error; // on tables that somebody else has moved on anything may go wrong
    }
  });
}

export async function transaction<Result>(
  connection: Connection,
  schema: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const begin = () =>
    connection.query(
      `BEGIN; SET LOCAL synchronous_commit = off; SET LOCAL search_path = "${schema}", public`,
    );
  let result: Result;
  try {
    [, result] = await together(connection, begin, work);
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined); // the connection is gone, and with it the transaction
    throw error;
  }
  const { command } = await connection.query('COMMIT');
  if (command !== 'COMMIT') throw new Error('a statement failed and was passed over: nothing was committed');
  return result;
}
