import { z } from 'zod';
import { inTransaction } from '../postgres/in-transaction.ts';
import type { Database } from '../postgres/pool.ts';
import type { MasterKey } from './master-key.ts';

const keysPerTransaction = 1_000;

const keyRows = z.object({
  rows: z.array(z.object({ organization_id: z.string(), scope: z.string(), wrapped: z.string() })),
});
const secretRows = z.object({ rows: z.array(z.object({ name: z.string(), wrapped: z.string() })) });

/**
 * Wraps everything that one master key wraps by another: the vault's keys and the installation's secrets. May be cut
 * off at any moment and run again. Processes that hold both keys (`VERBATIM_PREVIOUS_MASTER_KEY`) go on meanwhile;
 * afterwards the old one opens nothing, not even an old backup's copy of what was destroyed since.
 * @returns how many keys were wrapped anew
 */
export async function rotateMasterKey(database: Database, from: MasterKey, to: MasterKey): Promise<number> {
  let rotated = 0;
  for (let batch = -1; batch !== 0; rotated += batch) batch = await rotateKeys(database, from, to);
  await rotateSecrets(database, from, to);
  return rotated;
}

async function rotateKeys(database: Database, from: MasterKey, to: MasterKey): Promise<number> {
  return inTransaction(database, async (transaction) => {
    const { rows } = keyRows.parse(
      await transaction.raw(
        `SELECT organization_id, scope, wrapped FROM vault.key WHERE master_key_id = ?
         ORDER BY organization_id, scope LIMIT ? FOR UPDATE`,
        [from.id, keysPerTransaction],
      ),
    );
    const wrapped = rows.map((row) => {
      const name = `${row.organization_id}|${row.scope}`;
      return to.wrap(from.unwrap(row.wrapped, name), name);
    });
    await transaction.raw(
      `UPDATE vault.key SET wrapped = given.wrapped, master_key_id = ?
       FROM unnest(?::uuid[], ?::text[], ?::text[]) AS given (organization_id, scope, wrapped)
       WHERE key.organization_id = given.organization_id AND key.scope = given.scope`,
      [to.id, rows.map((row) => row.organization_id), rows.map((row) => row.scope), wrapped],
    );
    return rows.length;
  });
}

async function rotateSecrets(database: Database, from: MasterKey, to: MasterKey): Promise<void> {
  await inTransaction(database, async (transaction) => {
    const { rows } = secretRows.parse(
      await transaction.raw('SELECT name, wrapped FROM accounts.secret ORDER BY name FOR UPDATE'),
    );
    for (const { name, wrapped } of rows) {
      if (isWrappedBy(to, wrapped, name)) continue;
      const again = to.wrap(from.unwrap(wrapped, name), name);
      await transaction.raw('UPDATE accounts.secret SET wrapped = ? WHERE name = ?', [again, name]);
    }
  });
}

function isWrappedBy(key: MasterKey, wrapped: string, name: string): boolean {
  try {
    key.unwrap(wrapped, name);
    return true;
  } catch {
    return false;
  }
}
