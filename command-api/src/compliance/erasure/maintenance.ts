import { createPool, type Database } from '@verbatim/shared';
import { z } from 'zod';

const statementTimeoutMs = 30 * 60_000;
const lockRows = z.object({ rows: z.array(z.object({ isOurs: z.boolean() })) });

/** A connection for what takes long, opened when there is something to do. */
export class Maintenance {
  readonly #databaseUrl: string;

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl;
  }

  /** Runs `work` unless another process is at it already. */
  async alone(name: string, work: (connection: Database) => Promise<void>): Promise<void> {
    const connection = createPool(this.#databaseUrl, {
      applicationName: name,
      max: 1,
      statementTimeoutMs,
    });
    try {
      const { rows } = lockRows.parse(
        await connection.raw('SELECT pg_try_advisory_lock(hashtextextended(?, 0)) AS "isOurs"', [name]),
      );
      if (rows[0]?.isOurs === true) await work(connection);
    } finally {
      await connection.destroy();
    }
  }
}
