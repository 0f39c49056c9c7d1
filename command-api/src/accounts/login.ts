import { Problem, type SessionView } from '@verbatim/shared';
import { z } from 'zod';
import type { Services } from '../services.ts';
import type { Credentials } from './registration.ts';
import { startSession, type Caller } from './sessions.ts';

const rowsSchema = z.object({
  rows: z.array(z.object({ user_id: z.string(), organization_id: z.string(), password_hash: z.string() })),
});

/** @throws Problem `invalid-credentials`, alike in words and time whatever was wrong. */
export async function logIn(
  services: Services,
  { email, password }: Credentials,
  caller: Caller,
): Promise<SessionView> {
  const { rows } = rowsSchema.parse(
    await services.database.raw(
      `SELECT user_id, credential.organization_id, password_hash
       FROM accounts.email JOIN accounts.credential USING (user_id)
       WHERE email_hash = ? AND confirmed_at IS NOT NULL`,
      [services.hashes.email(email)],
    ),
  );
  const [account] = rows;
  const isRight = await services.hasher.verify(password, account?.password_hash);
  if (account === undefined || !isRight) throw new Problem('invalid-credentials');
  const person = { organizationId: account.organization_id, userId: account.user_id };
  const members = await services.states.members(person.organizationId, 'recent');
  if (members.get(person.userId)?.active !== true) throw new Problem('invalid-credentials');
  return startSession(services, person, caller);
}
