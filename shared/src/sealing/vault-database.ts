import type { Knex } from 'knex';
import type { Database } from '../postgres/pool.ts';
import type { VaultDatabase } from './vault.ts';

/** The vault over a pool of ours. knex counts its parameters with `?` where the vault names them `$1`, `$2`. */
export function vaultDatabase(database: Database): VaultDatabase {
  return {
    query: async (sql, values) => {
      const bindings: Knex.RawBinding[] = [];
      const statement = sql.replaceAll(/\$(\d+)/g, (_, number: string) => {
        bindings.push(values[Number(number) - 1] as Knex.RawBinding); // what pg takes, knex takes
        return '?';
      });
      return database.raw<{ rows: unknown[] }>(statement, bindings);
    },
  };
}
