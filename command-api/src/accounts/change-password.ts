import { Problem, type changePasswordBody } from '@verbatim/shared';
import { z } from 'zod';
import { answerOf } from '../deciding/answer.ts';
import { contextOf } from '../deciding/new-context.ts';
import type { Answer, AuthenticatedRequest } from '../http/route.ts';
import type { Services } from '../services.ts';
import { endSessions } from './sessions.ts';

const rowsSchema = z.object({ rows: z.array(z.object({ password_hash: z.string() })) });

/** Whoever knew the old one and is logged in somewhere else is logged out there. */
export async function changePassword(
  services: Services,
  request: AuthenticatedRequest<unknown, unknown, z.output<typeof changePasswordBody>>,
): Promise<Answer> {
  const { userId, sessionId } = request.principal;
  const { currentPassword, newPassword } = request.body;
  const { database, hasher, loginThrottle, loginFailures } = services;
  const attempt = loginThrottle?.begin(userId, sessionId, true);
  const { rows } = rowsSchema.parse(
    await database.raw('SELECT password_hash FROM accounts.credential WHERE user_id = ?', [userId]),
  );
  if (!(await hasher.verify(currentPassword, rows[0]?.password_hash))) {
    loginFailures.note(request.principal, request);
    throw new Problem('invalid', { errors: [{ path: 'currentPassword', message: 'is wrong' }] });
  }
  attempt?.succeeded();
  await database.raw(
    'UPDATE accounts.credential SET password_hash = ?, changed_at = now() WHERE user_id = ?',
    [await hasher.hash(newPassword), userId],
  );
  const context = await contextOf(request, 'ChangePassword', services.keyring);
  return answerOf(userId, await endSessions(services, context, userId, 'password-changed', sessionId));
}
