import { Problem, type SessionView } from '@verbatim/shared';
import { z } from 'zod';
import type { Services } from '../services.ts';
import type { Credentials } from './registration.ts';
import { startSession, type Caller, type Person } from './sessions.ts';

const rowsSchema = z.object({
  rows: z.array(
    z.object({
      user_id: z.string(),
      organization_id: z.string(),
      password_hash: z.string(),
      is_known_address: z.boolean(),
    }),
  ),
});

/** @throws Problem `invalid-credentials`, alike in words and time whatever was wrong. */
export async function logIn(
  services: Services,
  { email, password }: Credentials,
  caller: Caller,
): Promise<SessionView> {
  const { database, hashes, hasher, loginThrottle, loginFailures } = services;
  const emailHash = hashes.email(email);
  const addressHash = hashes.networkAddress(caller.from?.ip ?? '');
  const { rows } = rowsSchema.parse(
    await database.raw(
      `SELECT user_id, credential.organization_id, password_hash,
         EXISTS (SELECT 1 FROM accounts.known_address AS known
                 WHERE known.user_id = credential.user_id AND address_hash = ?) AS is_known_address
       FROM accounts.email JOIN accounts.credential USING (user_id)
       WHERE email_hash = ? AND confirmed_at IS NOT NULL`,
      [addressHash, emailHash],
    ),
  );
  const [account] = rows;
  const attempt = loginThrottle?.begin(emailHash, addressHash, account?.is_known_address ?? false);
  const isRight = await hasher.verify(password, account?.password_hash);
  if (account === undefined) throw new Problem('invalid-credentials');
  const person = { organizationId: account.organization_id, userId: account.user_id };
  const isActive = isRight && (await isActiveMember(services, person));
  if (!isActive) {
    loginFailures.note(person, caller);
    throw new Problem('invalid-credentials');
  }
  attempt?.succeeded();
  await rememberAddress(services, person, addressHash);
  const session = await startSession(services, person, caller, () =>
    isStillThePassword(services, person, password, account.password_hash),
  );
  if (hasher.isOutdated(account.password_hash))
    await hashAnew(services, person, password, account.password_hash);
  return session;
}

const hashSchema = z.object({ rows: z.array(z.object({ password_hash: z.string() })) });

/** Looked at once the session is there: a change of the password ends those that it finds, and this finds the change. */
async function isStillThePassword(
  { database, hasher }: Services,
  { userId }: Person,
  password: string,
  verified: string,
): Promise<boolean> {
  const { rows } = hashSchema.parse(
    await database.raw('SELECT password_hash FROM accounts.credential WHERE user_id = ?', [userId]),
  );
  const now = rows[0]?.password_hash;
  return now === verified || hasher.verify(password, now);
}

async function isActiveMember({ states }: Services, { organizationId, userId }: Person): Promise<boolean> {
  const members = await states.members(organizationId, 'recent');
  return members.get(userId)?.active === true;
}

/** Only while it is the same: a password that was changed meanwhile does not come back. */
async function hashAnew(
  { database, hasher }: Services,
  { userId }: Person,
  password: string,
  outdated: string,
): Promise<void> {
  await database.raw(
    'UPDATE accounts.credential SET password_hash = ? WHERE user_id = ? AND password_hash = ?',
    [await hasher.hash(password), userId, outdated],
  );
}

const maxKnownAddresses = 20;

/** The addresses of the latest log-ins, for the throttle. */
export async function rememberAddress(
  { database }: Pick<Services, 'database'>,
  { userId }: Person,
  addressHash: string,
): Promise<void> {
  await database.raw(
    `INSERT INTO accounts.known_address (user_id, address_hash) VALUES (?, ?)
     ON CONFLICT (user_id, address_hash) DO UPDATE SET last_login_at = now()`,
    [userId, addressHash],
  );
  await database.raw(
    `DELETE FROM accounts.known_address WHERE user_id = ? AND address_hash NOT IN
       (SELECT address_hash FROM accounts.known_address WHERE user_id = ?
        ORDER BY last_login_at DESC LIMIT ?)`,
    [userId, userId, maxKnownAddresses],
  );
}
