import { inTransaction, Problem, type SessionView } from '@verbatim/shared';
import type { Services } from '../services.ts';
import { issueRefreshToken, useRefreshToken } from './refresh-tokens.ts';
import { endSession, sessionView, type Caller } from './sessions.ts';

/**
 * A new pair for a refresh token that was never used before.
 * @throws Problem `invalid-refresh-token`; a reused token ends its session for everybody who has it.
 */
export async function refresh(services: Services, token: string, caller: Caller): Promise<SessionView> {
  const { used, refreshToken } = await inTransaction(services.database, async (transaction) => {
    const outcome = await useRefreshToken(transaction, token);
    const next =
      outcome.status === 'accepted'
        ? await issueRefreshToken(transaction, outcome.session.sessionId)
        : undefined;
    return { used: outcome, refreshToken: next };
  });
  if (used.status === 'reused')
    await endSession(services, used.session, used.session.sessionId, 'refresh-token-reused', caller);
  if (used.status !== 'accepted' || refreshToken === undefined) throw new Problem('invalid-refresh-token');
  const { session } = used;
  const members = await services.states.members(session.organizationId, 'recent');
  if (members.get(session.userId)?.active !== true) throw new Problem('invalid-refresh-token');
  return { ...(await sessionView(services, session, session.sessionId)), refreshToken };
}
