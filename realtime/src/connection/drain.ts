import { setTimeout as wait } from 'node:timers/promises';
import { closeCodes } from '@verbatim/shared';
import type { Connection } from './connection.ts';

/** Each connection more takes this much more time, up to the whole. */
const spreadPerConnectionMs = 5;
const maxSpreadMs = 3_000;
/** For the close frames to go out and be answered. */
const settleMs = 500;

/** Sends everybody away one after another, so that those who take them in are not met by all at once. */
export async function drain(connections: ReadonlySet<Connection>): Promise<void> {
  const leaving = [...connections];
  if (leaving.length === 0) return;
  const spreadMs = Math.min(maxSpreadMs, leaving.length * spreadPerConnectionMs);
  const startMs = Date.now();
  for (const [index, connection] of leaving.entries()) {
    const dueMs = startMs + (index / leaving.length) * spreadMs;
    if (dueMs > Date.now()) await wait(dueMs - Date.now());
    connection.close(closeCodes.restarting, Math.random() * spreadMs);
  }
  await wait(settleMs);
}
