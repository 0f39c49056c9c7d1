import type { Database, Transaction } from './pool.ts';

/**
 * Runs `work` in a transaction that commits when it resolves and rolls back when it rejects. The one way to write:
 * `await trx.commit()` of knex 3.3 resolves even when the connection was lost and nothing was committed. For the same
 * reason an error of a statement is never forgiven, even if `work` catches it: Postgres would answer the commit
 * with a rollback, and knex would call that success.
 */
export async function inTransaction<Result>(
  database: Database,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  return database.transaction(async (transaction) => {
    const failures: unknown[] = [];
    transaction.on('query-error', (error: unknown) => failures.push(error));
    const result = await work(transaction);
    if (failures.length > 0) throw new AbortedTransactionError(failures[0]);
    return result;
  });
}

/** A statement failed and `work` went on as if it had not. */
export class AbortedTransactionError extends Error {
  override readonly name = 'AbortedTransactionError';

  constructor(cause: unknown) {
    super('a statement of this transaction failed, so nothing of it was committed', { cause });
  }
}
