import { describe, expect, it } from 'vitest';
import type { OrganizationEvent } from '../events/catalogue.ts';
import { organization, retentionDaysOf } from './organization.ts';

const founded: OrganizationEvent = { type: 'OrganizationCreated', data: { organizationId: 'o', name: 'O' } };
const kept = (roomId: string | null, days: number | null): OrganizationEvent => ({
  type: 'RetentionSet',
  data: { roomId, days },
});
const daysIn = (roomId: string, ...events: OrganizationEvent[]): number | null => {
  const state = organization.fold(organization.initial, [founded, ...events]);
  if (state.status === 'none') throw new Error('there is no organization');
  return retentionDaysOf(state, roomId);
};

describe('what is said in a room is kept', () => {
  it('for ever without a rule', () => expect(daysIn('room')).toBeNull());
  it('as the organization says', () => expect(daysIn('room', kept(null, 30))).toBe(30));
  it('as the room’s own rule says', () =>
    expect(daysIn('room', kept('room', 7), kept(null, 30), kept('other', 1))).toBe(7));
  it('for ever where the room says so, whatever the organization says', () => {
    expect(daysIn('room', kept('room', null), kept(null, 30))).toBeNull();
    expect(daysIn('room', kept(null, 30), kept('room', 7), kept('room', null))).toBeNull();
  });
  it('for ever once the organization says so again', () =>
    expect(daysIn('room', kept(null, 30), kept(null, null))).toBeNull());
});
