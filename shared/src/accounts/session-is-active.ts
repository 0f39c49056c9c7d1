import type { Database } from '../postgres/pool.ts';

/**
 * Whether the session of an access token still goes on: one primary-key look-up. A session ends here before the command
 * that ends it (log-out, deactivation, another password) is answered.
 */
export async function sessionIsActive(
  database: Database,
  session: { readonly sessionId: string; readonly userId: string },
): Promise<boolean> {
  const { rows } = await database.raw<{ rows: unknown[] }>(
    'SELECT 1 FROM accounts.session WHERE session_id = ? AND user_id = ? AND ended_at IS NULL',
    [session.sessionId, session.userId],
  );
  return rows.length === 1;
}
