import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { personScope, Problem, type Keyring } from '@verbatim/shared';
import { z } from 'zod';
import type { Services } from '../services.ts';

/**
 * The code of an invitation is its id and a secret made of the invitation's own key in the vault. So it is stored
 * nowhere, a repeated request gets the same one, and it dies with the key: at revocation, or when it expires.
 */
export async function invitationCode(
  keyring: Keyring,
  organizationId: string,
  invitationId: string,
): Promise<string | undefined> {
  const scope = personScope(invitationId);
  await keyring.prepare(organizationId, [scope]);
  const found = keyring.lookUp(organizationId, scope);
  if (found.status !== 'present') return undefined;
  const secret = createHmac('sha256', found.key).update('verbatim invitation code v1').digest();
  const id = Buffer.from(invitationId.replaceAll('-', ''), 'hex');
  return Buffer.concat([id, secret.subarray(0, secretBytes)]).toString('base64url');
}

const idBytes = 16;
const secretBytes = 24;

export interface OpenInvitation {
  readonly invitationId: string;
  readonly organizationId: string;
  readonly emailHash: string | null;
}

const rowsSchema = z.object({
  rows: z.array(z.object({ organization_id: z.string(), email_hash: z.string().nullable() })),
});

/** @throws Problem `not-found`, whatever is wrong with the code. */
export async function openInvitation(
  { database, keyring }: Pick<Services, 'database' | 'keyring'>,
  code: string,
): Promise<OpenInvitation> {
  const invitationId = invitationIdOf(code);
  const { rows } = rowsSchema.parse(
    await database.raw(
      'SELECT organization_id, email_hash FROM accounts.invitation WHERE invitation_id = ?',
      [invitationId],
    ),
  );
  const [row] = rows;
  const right = row && (await invitationCode(keyring, row.organization_id, invitationId));
  if (row === undefined || right === undefined || !areEqual(right, code)) throw new Problem('not-found');
  return { invitationId, organizationId: row.organization_id, emailHash: row.email_hash };
}

function invitationIdOf(code: string): string {
  const bytes = Buffer.from(code, 'base64url');
  if (bytes.length !== idBytes + secretBytes) throw new Problem('not-found');
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

/** In a time that tells nothing about where they differ. */
function areEqual(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
