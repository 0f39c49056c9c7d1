import { describe, expect, it } from 'vitest';
import { grantableRoles, mayAdminister, mayChange } from './roles.ts';

describe('roles in the organization', () => {
  it('administer it as owners and admins', () =>
    expect((['owner', 'admin', 'compliance', 'member'] as const).filter(mayAdminister)).toEqual([
      'owner',
      'admin',
    ]));
  it('of owners and compliance officers are changed by owners only', () => {
    expect(mayChange('admin', 'owner')).toBe(false);
    expect(mayChange('admin', 'compliance')).toBe(false);
    expect(mayChange('admin', 'admin')).toBe(true);
    expect(mayChange('owner', 'owner')).toBe(true);
    expect(mayChange('member', 'member')).toBe(false);
  });
  it('are offered as far as one may give them', () => {
    expect(grantableRoles('admin', 'member')).toEqual(['admin', 'member']);
    expect(grantableRoles('owner', 'member')).toHaveLength(4);
  });
});
