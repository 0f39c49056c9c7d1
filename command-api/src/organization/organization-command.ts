import type { OrganizationRole } from '@verbatim/shared';
import type { ComplianceCommand } from '../compliance/compliance-command.ts';

export interface FoundOrganization {
  readonly type: 'FoundOrganization';
  readonly organizationId: string;
  readonly name: string;
  readonly ownerId: string;
}
export interface InviteUser {
  readonly type: 'InviteUser';
  readonly actorId: string;
  readonly invitationId: string;
  readonly role: OrganizationRole;
  readonly email: string | null;
  /** ISO 8601. */
  readonly expiresAt: string;
}
export interface RevokeInvitation {
  readonly type: 'RevokeInvitation';
  readonly actorId: string;
  readonly invitationId: string;
}
export interface AcceptInvitation {
  readonly type: 'AcceptInvitation';
  readonly invitationId: string;
  readonly userId: string;
  /** ISO 8601. */
  readonly at: string;
}
export interface ChangeUser {
  readonly type: 'ChangeUser';
  readonly actorId: string;
  readonly userId: string;
  readonly role?: OrganizationRole | undefined;
  readonly active?: boolean | undefined;
}
/** Authors that an import brings along; those who are there already stay as they are. */
export interface TakeInImported {
  readonly type: 'TakeInImported';
  readonly actorId: string;
  readonly userIds: readonly string[];
}

export type OrganizationCommand =
  | FoundOrganization
  | InviteUser
  | RevokeInvitation
  | AcceptInvitation
  | ChangeUser
  | TakeInImported
  | ComplianceCommand;
