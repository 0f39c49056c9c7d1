import { Problem, type changePasswordBody } from '@verbatim/shared';
import { z } from 'zod';
import { answerOf } from '../deciding/answer.ts';
import { contextOf } from '../deciding/new-context.ts';
import type { Answer, AuthenticatedRequest } from '../http/route.ts';
import type { Services } from '../services.ts';
import { endSessions } from './sessions.ts';

const rowsSchema = z.object({ rows: z.array(z.object({ password_hash: z.string() })) });
const wrongPassword = (): Problem =>
  new Problem('invalid', { errors: [{ path: 'currentPassword', message: 'is wrong' }] });

/**
 * Whoever knew the old one and is logged in somewhere else is logged out there. Asked for again, it goes on where it was
 * cut off: when the new password is in place already, what is left is to end the other sessions.
 */
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
  const known = rows[0]?.password_hash;
  if (await hasher.verify(currentPassword, known)) {
    const changed = rowsSchema.parse(
      await database.raw(
        `UPDATE accounts.credential SET password_hash = ?, changed_at = now()
         WHERE user_id = ? AND password_hash = ? RETURNING password_hash`,
        [await hasher.hash(newPassword), userId, known ?? ''],
      ),
    );
    if (changed.rows.length === 0) throw wrongPassword(); // by now: another change was faster
  } else if (!(await hasher.verify(newPassword, known))) {
    loginFailures.note(request.principal, request);
    throw wrongPassword();
  }
  attempt?.succeeded();
  const context = await contextOf(request, 'ChangePassword', services.keyring);
  return answerOf(userId, await endSessions(services, context, userId, 'password-changed', sessionId));
}
