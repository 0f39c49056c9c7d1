import type { acceptInvitationBody, SessionView, signUpBody } from '@verbatim/shared';
import { Problem } from '@verbatim/shared';
import type { z } from 'zod';
import { openInvitation } from '../organization/invitation-code.ts';
import type { Services } from '../services.ts';
import { rememberAddress } from './login.ts';
import {
  joinOrganization,
  registerPerson,
  reserve,
  type Credentials,
  type Registration,
} from './registration.ts';
import { startSession, type Caller } from './sessions.ts';

interface Profile {
  readonly displayName: string;
  readonly email: string;
}

/** The first person of a new organization, its owner. */
export async function signUp(
  services: Services,
  body: z.output<typeof signUpBody>,
  caller: Caller,
  idempotencyKey: string | undefined,
): Promise<SessionView> {
  const wanted = { organizationName: body.organizationName, invitationId: null };
  return register(services, wanted, body, body, caller, idempotencyKey);
}

/** @throws Problem `not-found` for a code that opens no invitation. */
export async function acceptInvitation(
  services: Services,
  body: z.output<typeof acceptInvitationBody>,
  caller: Caller,
  idempotencyKey: string | undefined,
): Promise<SessionView> {
  const invitation = await openInvitation(services, body.code);
  if (invitation.emailHash !== null && invitation.emailHash !== services.hashes.email(body.email))
    throw new Problem('invalid', {
      errors: [{ path: 'email', message: 'is not the address that was invited' }],
    });
  const { organizationId, invitationId } = invitation;
  const wanted = { organizationName: null, invitationId, organizationId };
  return register(services, wanted, body, body, caller, idempotencyKey);
}

async function register(
  services: Services,
  wanted: Pick<Registration, 'organizationName' | 'invitationId'> & { readonly organizationId?: string },
  { displayName, email }: Profile,
  credentials: Credentials,
  caller: Caller,
  idempotencyKey: string | undefined,
): Promise<SessionView> {
  const { registration, isDone } = await reserve(services, wanted, credentials, idempotencyKey);
  await registerPerson(services, registration, { displayName, email }, caller, idempotencyKey);
  if (!isDone) {
    await joinOrganization(services, registration, caller);
    const addressHash = services.hashes.networkAddress(caller.from?.ip ?? '');
    await rememberAddress(services, registration, addressHash);
  }
  return startSession(services, registration, caller);
}
