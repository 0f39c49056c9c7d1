import type { ExistingOrganization } from '@verbatim/shared';
import { roleOf } from './organization-rights.ts';

export function isLastOwner(userId: string, state: ExistingOrganization): boolean {
  if (roleOf(userId, state) !== 'owner') return false;
  for (const [otherId, other] of state.members)
    if (otherId !== userId && other.active && other.role === 'owner') return false;
  return true;
}
