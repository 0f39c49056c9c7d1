import type { OrganizationRole } from '@verbatim/shared/browser';

export const roleLabels: Readonly<Record<OrganizationRole, string>> = {
  owner: 'Owner',
  admin: 'Admin',
  compliance: 'Compliance',
  member: 'Member',
};
const all: readonly OrganizationRole[] = ['owner', 'admin', 'compliance', 'member'];
const isSpecial = (role: OrganizationRole): boolean => role === 'owner' || role === 'compliance';

/** Invites people, gives roles, deactivates. */
export const mayAdminister = (role: OrganizationRole): boolean => role === 'owner' || role === 'admin';

/** Only owners change owners and compliance officers. */
export const mayChange = (mine: OrganizationRole, theirs: OrganizationRole): boolean =>
  mine === 'owner' || (mine === 'admin' && !isSpecial(theirs));

/** The roles that one may give; the present one is always among them. */
export const grantableRoles = (mine: OrganizationRole, present: OrganizationRole): OrganizationRole[] =>
  all.filter((role) => role === present || mine === 'owner' || !isSpecial(role));
