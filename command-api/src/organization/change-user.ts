import type { ExistingOrganization, OrganizationEvent } from '@verbatim/shared';
import { accept, reject, type Decision } from '../deciding/decision.ts';
import { isLastOwner } from './last-owner.ts';
import type { ChangeUser } from './organization-command.ts';
import { administers, isKeptByOwners, roleOf } from './organization-rights.ts';

/** Gives a person another role, lets them go or takes them back; an organization keeps at least one owner. */
export function changeUser(
  { actorId, userId, role, active }: ChangeUser,
  state: ExistingOrganization,
): Decision<OrganizationEvent> {
  const actorRole = roleOf(actorId, state);
  if (!administers(actorRole)) return reject('forbidden');
  const person = state.members.get(userId);
  if (person === undefined) return reject('not-found');
  const touchesOwners = isKeptByOwners(person.role) || (role !== undefined && isKeptByOwners(role));
  if (touchesOwners && actorRole !== 'owner') return reject('forbidden');

  const losesRole = role !== undefined && role !== 'owner';
  if ((losesRole || active === false) && isLastOwner(userId, state)) return reject('last-owner');
  if (active === true && isErased(userId, state)) return reject('user-erased');
  const events: OrganizationEvent[] = [];
  if (role !== undefined && role !== person.role)
    events.push({ type: 'OrganizationRoleChanged', data: { userId, role } });
  if (active !== undefined && active !== person.active)
    events.push({ type: active ? 'UserReactivated' : 'UserDeactivated', data: { userId } });
  return accept(...events);
}

function isErased(userId: string, state: ExistingOrganization): boolean {
  for (const erasure of state.erasures.values()) if (erasure.userId === userId) return true;
  return false;
}
