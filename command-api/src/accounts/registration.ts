import { randomUUID } from 'node:crypto';
import { inTransaction, newId, organizationScope, personScope, Problem, streamOf } from '@verbatim/shared';
import { z } from 'zod';
import { fingerprintOf } from '../deciding/fingerprint.ts';
import { decideOrganization } from '../organization/decide-organization.ts';
import type { Services } from '../services.ts';
import { personalContext, runOnUser, type Caller, type Person } from './sessions.ts';

/**
 * Somebody is becoming a person of an organization. That touches the accounts, their own stream and the
 * organization's; the row in `accounts.registration` stays until all is done, so that after a crash the same person
 * asking again, or `finishRegistrations`, goes on where it stopped.
 */
export interface Registration extends Person {
  readonly commandId: string;
  /** They found an organization of this name, … */
  readonly organizationName: string | null;
  /** … or join one by this invitation. */
  readonly invitationId: string | null;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

const rowSchema = z.object({
  user_id: z.string(),
  organization_id: z.string(),
  command_id: z.string(),
  confirmed_at: z.date().nullable(),
  password_hash: z.string().nullable(),
  organization_name: z.string().nullable(),
  invitation_id: z.string().nullable(),
});
const rowsSchema = z.object({ rows: z.array(rowSchema) });

export interface Reserved {
  readonly registration: Registration;
  /** The same request was answered before: the person is there. */
  readonly isDone: boolean;
}

/**
 * Reserves the address, durably, before anything is told to the log. The same person with the same password goes on
 * with a registration that was not finished.
 * @throws Problem `email-taken` when the address is somebody's, or might become so within minutes.
 */
export async function reserve(
  services: Services,
  wanted: Pick<Registration, 'organizationName' | 'invitationId'> & { readonly organizationId?: string },
  { email, password }: Credentials,
  idempotencyKey: string | undefined,
): Promise<Reserved> {
  const emailHash = services.hashes.email(email);
  const known = await findByEmail(services, emailHash);
  if (known !== undefined) return resume(services, known, wanted, password, idempotencyKey);
  const passwordHash = await services.hasher.hash(password);
  const registration: Registration = {
    organizationId: wanted.organizationId ?? newId(),
    userId: newId(),
    commandId: idempotencyKey ?? randomUUID(),
    organizationName: wanted.organizationName,
    invitationId: wanted.invitationId,
  };
  if (await insert(services, registration, emailHash, passwordHash)) return { registration, isDone: false };
  const winner = await findByEmail(services, emailHash);
  if (winner === undefined) throw new Problem('busy');
  return resume(services, winner, wanted, password, idempotencyKey);
}

async function resume(
  services: Services,
  row: z.output<typeof rowSchema>,
  wanted: Pick<Registration, 'organizationName' | 'invitationId'>,
  password: string,
  idempotencyKey: string | undefined,
): Promise<Reserved> {
  const isSamePerson = await services.hasher.verify(password, row.password_hash ?? undefined);
  const { organizationName, invitationId } = wanted;
  const registration = {
    organizationId: row.organization_id,
    userId: row.user_id,
    commandId: row.command_id,
    organizationName,
    invitationId,
  };
  if (isSamePerson && row.confirmed_at !== null && row.command_id === idempotencyKey)
    return { registration, isDone: true };
  const isSameWish = row.organization_name === organizationName && row.invitation_id === invitationId;
  if (!isSamePerson || row.confirmed_at !== null || !isSameWish) throw new Problem('email-taken');
  return { registration, isDone: false };
}

async function findByEmail(
  { database }: Services,
  emailHash: string,
): Promise<z.output<typeof rowSchema> | undefined> {
  const { rows } = rowsSchema.parse(
    await database.raw(
      `SELECT user_id, email.organization_id, command_id, confirmed_at, password_hash, organization_name, invitation_id
       FROM accounts.email LEFT JOIN accounts.credential USING (user_id)
         LEFT JOIN accounts.registration USING (user_id)
       WHERE email_hash = ?`,
      [emailHash],
    ),
  );
  return rows[0];
}

async function insert(
  { database }: Services,
  { userId, organizationId, commandId, organizationName, invitationId }: Registration,
  emailHash: string,
  passwordHash: string,
): Promise<boolean> {
  return inTransaction(database, async (transaction) => {
    const reserved = z.object({ rowCount: z.number() }).parse(
      await transaction.raw(
        `INSERT INTO accounts.email (email_hash, user_id, organization_id, command_id) VALUES (?, ?, ?, ?)
         ON CONFLICT (email_hash) DO NOTHING`,
        [emailHash, userId, organizationId, commandId],
      ),
    );
    if (reserved.rowCount === 0) return false;
    await transaction.raw(
      'INSERT INTO accounts.credential (user_id, organization_id, password_hash) VALUES (?, ?, ?)',
      [userId, organizationId, passwordHash],
    );
    await transaction.raw(
      `INSERT INTO accounts.registration (user_id, organization_id, organization_name, invitation_id)
       VALUES (?, ?, ?, ?)`,
      [userId, organizationId, organizationName, invitationId],
    );
    return true;
  });
}

/**
 * Tells the log of the person, before the organization; it may have been told before.
 * @throws Problem `idempotency-key-reused` when the key was used to ask for something else.
 */
export async function registerPerson(
  services: Services,
  registration: Registration,
  profile: { readonly displayName: string; readonly email: string },
  caller: Caller,
  idempotencyKey: string | undefined,
): Promise<void> {
  const { userId, organizationId, commandId, organizationName, invitationId } = registration;
  const { keyring } = services;
  await keyring.prepare(organizationId, [personScope(userId)], { create: true });
  if (organizationName !== null) await keyring.prepare(organizationId, [organizationScope], { create: true });
  // Whoever goes on with a registration under another key need not be called what they were when it began.
  const fingerprint =
    idempotencyKey === commandId
      ? await fingerprintOf(keyring, organizationId, userId, { organizationName, invitationId, ...profile })
      : undefined;
  const context = { ...personalContext(registration, caller, 'Register', commandId), fingerprint };
  await runOnUser(services, context, userId, { type: 'RegisterUser', userId, ...profile, source: null });
}

/**
 * The second half, for which nothing is needed that only the person knows.
 * @throws Problem with the organization's rejection; the address is free again then.
 */
export async function joinOrganization(
  services: Services,
  registration: Registration,
  caller: Caller,
): Promise<void> {
  const { userId, organizationId, commandId, organizationName, invitationId } = registration;
  const context = personalContext(registration, caller, 'JoinOrganization', commandId);
  try {
    await services.runner.run(context, {
      streams: services.states.organizations,
      stream: streamOf.organization(organizationId),
      world: () => Promise.resolve(undefined),
      decide: (state) =>
        organizationName === null
          ? decideOrganization(
              { type: 'AcceptInvitation', invitationId: invitationId ?? '', userId, at: context.at },
              state,
            )
          : decideOrganization(
              { type: 'FoundOrganization', organizationId, name: organizationName, ownerId: userId },
              state,
            ),
    });
  } catch (error) {
    if (error instanceof Problem && error.status < 500) await release(services, registration);
    throw error;
  }
  await inTransaction(services.database, async (transaction) => {
    await transaction.raw('UPDATE accounts.email SET confirmed_at = now() WHERE user_id = ?', [userId]);
    await transaction.raw('DELETE FROM accounts.registration WHERE user_id = ?', [userId]);
  });
}

/** Frees the address; what was said of the person, if anything, becomes unreadable. */
export async function release(services: Services, { organizationId, userId }: Person): Promise<void> {
  await inTransaction(services.database, async (transaction) => {
    await transaction.raw('DELETE FROM accounts.email WHERE user_id = ? AND confirmed_at IS NULL', [userId]);
    await transaction.raw('DELETE FROM accounts.credential WHERE user_id = ?', [userId]);
    await transaction.raw('DELETE FROM accounts.registration WHERE user_id = ?', [userId]);
  });
  await services.keyring.destroy(organizationId, [personScope(userId)], 'erased');
}
