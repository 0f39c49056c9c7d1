import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { defaultStatementTimeoutMs } from '../tables/connection.ts';

/** While a leader lives, its session does something at least this often. */
const leaderHeartbeatMs = 1_000;
/** A leader that is silent for so long is stopped or cut off; its session is ended for it. */
const silentLeaderMs = 6_000;
const standByPollMs = 500;

/**
 * A session that answers nothing for so long, though its statements are cancelled before, is of a machine that is gone:
 * no packet may ever say so.
 */
const unansweredMs = defaultStatementTimeoutMs + 5_000;

export interface Heartbeat {
  /** Aborted when the session is lost: with it goes the lock, so even a leader with nothing to do must know. */
  readonly lost: AbortSignal;
  stop(): void;
}

/** Does something in a pipelined session now and then, so that it shows whether it is still there. */
export function beating(client: pg.Client, options: { readonly unansweredMs?: number } = {}): Heartbeat {
  const lost = new AbortController();
  client.once('end', () => lost.abort(new Error('Connection terminated while leading')));
  // Unanswered in time, pg destroys the socket of a pipelined session.
  const beat = { text: 'SELECT 1', query_timeout: options.unansweredMs ?? unansweredMs };
  const timer = setInterval(
    () => void client.query(beat).catch((error: unknown) => lost.abort(error)),
    leaderHeartbeatMs,
  );
  return { lost: lost.signal, stop: () => clearInterval(timer) };
}

/**
 * Makes this session the one that writes a read model: of several runners one works, the others wait here. The right
 * is a lock of the very session that writes, so whoever loses the one loses the other.
 */
export async function becomeLeader(client: pg.Client, name: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const { rows } = await client.query<{ won: boolean }>(`SELECT pg_try_advisory_lock(${lockOf}) AS won`, [
      name,
    ]);
    if (rows[0]?.won === true) return;
    await client.query(
      `${endSessionOfLeader}
         AND activity.state <> 'active'
         AND activity.state_change < clock_timestamp() - $2 * interval '1 millisecond'`,
      [name, silentLeaderMs],
    );
    await delay(standByPollMs, undefined, { signal });
  }
}

/** Whoever leads a read model starts over; what was done behind its back it would notice at the next event only. */
export async function endLeadership(client: pg.Client, name: string): Promise<void> {
  await client.query(endSessionOfLeader, [name]);
}

const lockOf = `hashtextextended('verbatim projections ' || $1, 0)`;
const endSessionOfLeader = `
  SELECT pg_terminate_backend(activity.pid)
  FROM pg_locks JOIN pg_stat_activity AS activity USING (pid)
  WHERE locktype = 'advisory' AND granted AND pg_locks.database = activity.datid
    AND ((classid::bigint << 32) | objid::bigint) = ${lockOf}`;
