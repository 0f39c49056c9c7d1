import {
  personScope,
  Problem,
  type ExistingOrganization,
  type OpenInvitationView,
  type Page,
} from '@verbatim/shared';
import { z } from 'zod';
import type { Services } from '../services.ts';

export interface NewInvitation {
  readonly organizationId: string;
  readonly invitationId: string;
  readonly actorId: string;
  readonly email: string | null;
  readonly at: string;
  readonly expiresAt: string;
}

/** The address is kept twice: as a keyed hash, to be compared, and sealed under the invitation's key, to be shown. */
export async function keepInvitation(services: Services, invitation: NewInvitation): Promise<void> {
  const { organizationId, invitationId, actorId, email, at, expiresAt } = invitation;
  const sealed =
    email === null
      ? null
      : services.sealer.seal(organizationId, [personScope(invitationId)], email, boundTo(invitationId));
  await services.database.raw(
    `INSERT INTO accounts.invitation
       (invitation_id, organization_id, email_hash, sealed_email, invited_by, created_at, expires_at)
     VALUES (?, ?, ?, ?::jsonb, ?, ?, ?) ON CONFLICT DO NOTHING`,
    [
      invitationId,
      organizationId,
      email === null ? null : services.hashes.email(email),
      sealed === null ? null : JSON.stringify(sealed),
      actorId,
      at,
      expiresAt,
    ],
  );
}

/** When the invitation expires, if it is there. */
export async function expiryOf({ database }: Services, invitationId: string): Promise<string | undefined> {
  const { rows } = z
    .object({ rows: z.array(z.object({ expires_at: z.date() })) })
    .parse(
      await database.raw('SELECT expires_at FROM accounts.invitation WHERE invitation_id = ?', [
        invitationId,
      ]),
    );
  return rows[0]?.expires_at.toISOString();
}

const rowSchema = z.object({
  invitation_id: z.string(),
  sealed_email: z.object({ box: z.string() }).nullable(),
  invited_by: z.string(),
  created_at: z.date(),
  expires_at: z.date(),
});
type Row = z.output<typeof rowSchema>;

const cursorSchema = z.tuple([z.iso.datetime(), z.uuid()]);

/** Newest first. What became of an invitation is what the organization's events say. */
export async function listInvitations(
  services: Services,
  organization: ExistingOrganization,
  limit: number,
  cursor: string | undefined,
): Promise<Page<OpenInvitationView>> {
  const [createdAt, id] = cursor === undefined ? ['infinity', highestId] : parseCursor(cursor);
  const { rows } = z.object({ rows: z.array(rowSchema) }).parse(
    await services.database.raw(
      `SELECT invitation_id, sealed_email, invited_by, created_at, expires_at FROM accounts.invitation
       WHERE organization_id = ? AND (created_at, invitation_id) < (?::timestamptz, ?::uuid)
       ORDER BY created_at DESC, invitation_id DESC LIMIT ?`,
      [organization.organizationId, createdAt, id, limit + 1],
    ),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const scopes = page.flatMap((row) => (row.sealed_email === null ? [] : [personScope(row.invitation_id)]));
  await services.keyring.prepare(organization.organizationId, scopes);
  return {
    items: page.flatMap((row) => viewOf(services, organization, row)),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}

/** Nothing for a row whose invitation never came to be. */
function viewOf(
  services: Services,
  { organizationId, invitations }: ExistingOrganization,
  row: Row,
): OpenInvitationView[] {
  const invitation = invitations.get(row.invitation_id);
  if (invitation === undefined) return [];
  const isExpired = invitation.status === 'open' && row.expires_at.getTime() <= Date.now();
  return [
    {
      id: row.invitation_id,
      email: emailOf(services, organizationId, row),
      role: invitation.role,
      status: isExpired ? 'expired' : invitation.status,
      invitedBy: row.invited_by,
      expiresAt: row.expires_at.toISOString(),
    },
  ];
}

function emailOf({ sealer }: Services, organizationId: string, row: Row): string | null {
  if (row.sealed_email === null) return null;
  const sealed = { keys: [personScope(row.invitation_id)], box: row.sealed_email.box };
  const opened = sealer.open(organizationId, sealed, boundTo(row.invitation_id));
  return opened.status === 'present' ? opened.fields : null;
}

const boundTo = (invitationId: string): string => `${invitationId}|invited address`;

const highestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

function cursorOf(row: Row): string {
  return Buffer.from(JSON.stringify([row.created_at.toISOString(), row.invitation_id])).toString('base64url');
}

function parseCursor(cursor: string): z.output<typeof cursorSchema> {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    throw new Problem('invalid-cursor', { cause });
  }
}
