import { createHash, randomBytes } from 'node:crypto';
import type { Database, Transaction } from '@verbatim/shared';
import { z } from 'zod';

const tokenBytes = 32;
const lifetimeDays = 30;

/** The token goes to the client; only its hash is kept. It has too many bits to be tried, so the hash needs no key. */
export async function issueRefreshToken(
  database: Database | Transaction,
  sessionId: string,
): Promise<string> {
  const token = randomBytes(tokenBytes).toString('base64url');
  await database.raw(
    `INSERT INTO accounts.refresh_token (token_hash, session_id, expires_at)
     VALUES (?, ?, now() + make_interval(days => ?))`,
    [hashOf(token), sessionId, lifetimeDays],
  );
  return token;
}

export interface OwnedSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly organizationId: string;
}

export type UsedToken =
  | { readonly status: 'accepted'; readonly session: OwnedSession }
  /** It was used before: somebody has stolen it, before or now, so the whole session must end. */
  | { readonly status: 'reused'; readonly session: OwnedSession }
  | { readonly status: 'invalid' };

const rowSchema = z
  .object({ session_id: z.string(), user_id: z.string(), organization_id: z.string() })
  .transform((row): OwnedSession => ({
    sessionId: row.session_id,
    userId: row.user_id,
    organizationId: row.organization_id,
  }));
const rowsSchema = z.object({ rows: z.array(rowSchema) });

/** Of several uses of one token, at once or one after the other, exactly one is accepted. */
export async function useRefreshToken(transaction: Transaction, token: string): Promise<UsedToken> {
  const taken = rowsSchema.parse(
    await transaction.raw(
      `UPDATE accounts.refresh_token SET used_at = now() FROM accounts.session
       WHERE token_hash = ? AND used_at IS NULL AND expires_at > now()
         AND session.session_id = refresh_token.session_id AND ended_at IS NULL
       RETURNING session.session_id, user_id, organization_id`,
      [hashOf(token)],
    ),
  );
  const [accepted] = taken.rows;
  if (accepted !== undefined) return { status: 'accepted', session: accepted };
  const used = rowsSchema.parse(
    await transaction.raw(
      `SELECT session_id, user_id, organization_id
       FROM accounts.refresh_token JOIN accounts.session USING (session_id)
       WHERE token_hash = ? AND used_at IS NOT NULL AND ended_at IS NULL`,
      [hashOf(token)],
    ),
  );
  const [reused] = used.rows;
  return reused === undefined ? { status: 'invalid' } : { status: 'reused', session: reused };
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
