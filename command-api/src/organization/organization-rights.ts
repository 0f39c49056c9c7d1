import type { ExistingOrganization, OrganizationRole } from '@verbatim/shared';

/** The role of an active member; undefined for everybody else. */
export function roleOf(userId: string, organization: ExistingOrganization): OrganizationRole | undefined {
  const member = organization.members.get(userId);
  return member?.active === true ? member.role : undefined;
}

export function administers(role: OrganizationRole | undefined): boolean {
  return role === 'owner' || role === 'admin';
}

/** Roles that only owners grant, and whose holders only owners change. */
export function isKeptByOwners(role: OrganizationRole): boolean {
  return role === 'owner' || role === 'compliance';
}
