import { callerOf, Problem, type Caller, type SqlSource, type TokenVerifier } from '@verbatim/shared';

/** @throws Problem `unauthenticated` unless the token is ours and its session goes on. */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

const bearer = /^Bearer +(?<token>[^ ]+) *$/i;

export function createAuthenticate(verifier: TokenVerifier, source: SqlSource): Authenticate {
  return async (authorization) => {
    const token = bearer.exec(authorization ?? '')?.groups?.token;
    const claims = token === undefined ? undefined : verifier.verify(token);
    const caller = claims && (await callerOf(source, claims));
    if (caller === undefined) throw new Problem('unauthenticated');
    return caller;
  };
}
