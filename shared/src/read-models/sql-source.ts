import type { Knex } from 'knex';
import type { Database } from '../postgres/pool.ts';

/** Where SQL with `$1` parameters is asked: a `pg` client or pool is one, `sqlSourceOf` makes one of our pools. */
export interface SqlSource {
  query(sql: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

/** A statement as knex takes it: `?` for each place, with the number of the parameter that goes there. */
interface PlacedStatement {
  readonly sql: string;
  readonly places: readonly number[];
}

/** There are as many statements as the code has, so nothing is ever dropped. */
const placed = new Map<string, PlacedStatement>();

export function sqlSourceOf(database: Database): SqlSource {
  return {
    query: (sql, values = []) => {
      const statement = placedStatementOf(sql);
      const bindings = statement.places.map((place) => values[place - 1] as Knex.RawBinding); // what pg takes, knex takes
      return database.raw<{ rows: unknown[] }>(statement.sql, bindings);
    },
  };
}

function placedStatementOf(sql: string): PlacedStatement {
  const known = placed.get(sql);
  if (known !== undefined) return known;
  const places: number[] = [];
  const statement = sql.replaceAll('?', '\\?').replaceAll(/\$(\d+)/g, (_, number: string) => {
    places.push(Number(number));
    return '?';
  });
  const made = { sql: statement, places };
  placed.set(sql, made);
  return made;
}
