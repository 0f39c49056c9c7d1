import { Problem, streamOf, type TokenVerifier } from '@verbatim/shared';
import type { States } from '../streams/states.ts';
import type { Freshness } from '../streams/stream-states.ts';
import type { Principal } from './route.ts';

export type Authenticate = (authorization: string | undefined) => Promise<Principal>;

const bearer = /^Bearer +(?<token>[^ ]+) *$/i;

/**
 * Who a token stands for. The signature is not enough: the session must go on and the person be active, as the
 * events tell, so that this needs no database. Before a token is refused, the newest events are looked at.
 */
export function createAuthenticate(verifier: TokenVerifier, states: States): Authenticate {
  const principalAt = async (
    claims: { userId: string; organizationId: string; sessionId: string },
    freshness: Freshness,
  ): Promise<Principal | undefined> => {
    const { userId, organizationId, sessionId } = claims;
    const [person, members] = await Promise.all([
      states.users.get(streamOf.user(userId), freshness),
      states.members(organizationId, freshness),
    ]);
    const { user } = person.state;
    const member = members.get(userId);
    const isValid =
      person.organizationId === organizationId &&
      user.status === 'registered' &&
      user.sessionIds.has(sessionId) &&
      member?.active === true;
    return isValid ? { userId, organizationId, sessionId, role: member.role } : undefined;
  };

  return async (authorization) => {
    const token = bearer.exec(authorization ?? '')?.groups?.token;
    const claims = token === undefined ? undefined : verifier.verify(token);
    if (claims === undefined) throw new Problem('unauthenticated');
    const principal = (await principalAt(claims, 'recent')) ?? (await principalAt(claims, 'now'));
    if (principal === undefined) throw new Problem('unauthenticated');
    return principal;
  };
}
