import { randomUUID } from 'node:crypto';
import {
  accessTokenLifetimeSeconds,
  inTransaction,
  newId,
  Problem,
  streamOf,
  type ActorContext,
  type Logger,
  type SessionView,
  type UserEvent,
  type UserView,
} from '@verbatim/shared';
import type { CommandContext } from '../deciding/command-context.ts';
import type { Outcome } from '../deciding/command-runner.ts';
import { profileOf } from '../people/profile.ts';
import type { Services } from '../services.ts';
import { decideUser, type SessionEndReason, type UserCommand } from './decide-user.ts';
import { issueRefreshToken } from './refresh-tokens.ts';

export interface Person {
  readonly organizationId: string;
  readonly userId: string;
}

/** A request by somebody who acts for themselves, perhaps not yet with a session. */
export interface Caller {
  readonly requestId: string;
  /** Undefined for what is finished without a request. */
  readonly from: ActorContext | undefined;
  readonly logger: Logger;
}

export function personalContext(
  { organizationId, userId }: Person,
  { requestId, from, logger }: Caller,
  command: string,
  commandId: string = randomUUID(),
  sessionId: string | null = null,
): CommandContext {
  return {
    organizationId,
    actorId: userId,
    sessionId,
    command,
    commandId,
    fingerprint: undefined,
    correlationId: requestId,
    causationId: commandId,
    at: new Date().toISOString(),
    from,
    logger,
  };
}

/** Decides a command about a person; what it says of names is decided on the names as they are. */
export function runOnUser(
  services: Services,
  context: CommandContext,
  userId: string,
  command: UserCommand,
): Promise<Outcome<UserEvent>> {
  return services.runner.run(context, {
    streams: services.states.users,
    stream: streamOf.user(userId),
    world: (freshness) =>
      command.type === 'ChangeProfile' ? profileOf(services, userId, freshness) : Promise.resolve(undefined),
    decide: ({ user }, profile) =>
      decideUser(command, user.status === 'none' ? user : { ...user, ...profile }),
  });
}

/**
 * @param mayKeepIt what let the person in, looked at again once the session is there
 * @throws Problem `invalid-credentials` when the person is not an active one, or not let in any more.
 */
export async function startSession(
  services: Services,
  person: Person,
  caller: Caller,
  mayKeepIt: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<SessionView> {
  const sessionId = newId();
  const refreshToken = await inTransaction(services.database, async (transaction) => {
    await transaction.raw(
      'INSERT INTO accounts.session (session_id, organization_id, user_id) VALUES (?, ?, ?)',
      [sessionId, person.organizationId, person.userId],
    );
    return issueRefreshToken(transaction, sessionId);
  });
  const context = personalContext(person, caller, 'StartSession', sessionId, sessionId);
  await runOnUser(services, context, person.userId, { type: 'StartSession', sessionId });
  // Somebody who was let go just now must not keep a session that began behind the back of that.
  const members = await services.states.members(person.organizationId, 'now');
  if (members.get(person.userId)?.active !== true) {
    await endSession(services, person, sessionId, 'deactivated', caller);
    throw new Problem('invalid-credentials');
  }
  if (!(await mayKeepIt())) {
    await endSession(services, person, sessionId, 'password-changed', caller);
    throw new Problem('invalid-credentials');
  }
  return { ...(await sessionView(services, person, sessionId)), refreshToken };
}

/** What a client needs to go on with a session, without the refresh token. */
export async function sessionView(
  services: Services,
  person: Person,
  sessionId: string,
): Promise<SessionView> {
  const { organization, user } = await accountOf(services, person);
  const claims = { ...person, role: user.role, sessionId };
  return {
    organization,
    user,
    accessToken: services.signer.sign(claims),
    expiresIn: accessTokenLifetimeSeconds,
  };
}

export async function accountOf(
  services: Services,
  { organizationId, userId }: Person,
): Promise<{ organization: { id: string; name: string }; user: UserView }> {
  const [{ name, members }, profile] = await Promise.all([
    services.states.organization(organizationId, 'recent'),
    profileOf(services, userId),
  ]);
  const member = members.get(userId);
  if (member === undefined) throw new Problem('unauthenticated');
  const { displayName, email } = profile;
  return {
    organization: { id: organizationId, name },
    user: { id: userId, displayName: displayName ?? '', email: email ?? '', role: member.role },
  };
}

/** Ended for the other services first, in their one row, then for the record; both before anybody is told. */
export async function endSession(
  services: Services,
  person: Person,
  sessionId: string,
  reason: SessionEndReason,
  caller: Caller,
): Promise<Outcome<UserEvent>> {
  await services.database.raw(
    'UPDATE accounts.session SET ended_at = now() WHERE session_id = ? AND ended_at IS NULL',
    [sessionId],
  );
  const context = personalContext(person, caller, 'EndSession', `${sessionId}:${reason}`, sessionId);
  return runOnUser(services, context, person.userId, { type: 'EndSession', sessionId, reason });
}

/** @param exceptId the one session that goes on. */
export async function endSessions(
  services: Services,
  context: CommandContext,
  userId: string,
  reason: SessionEndReason,
  exceptId: string | null = null,
): Promise<Outcome<UserEvent>> {
  await services.database.raw(
    `UPDATE accounts.session SET ended_at = now()
     WHERE user_id = ? AND ended_at IS NULL AND session_id IS DISTINCT FROM ?::uuid`,
    [userId, exceptId],
  );
  return runOnUser(services, context, userId, { type: 'EndSessions', reason, exceptId });
}
