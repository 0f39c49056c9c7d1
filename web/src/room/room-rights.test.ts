import { describe, expect, it } from 'vitest';
import { roomRights } from './room-rights.ts';

const room = { kind: 'channel', visibility: 'private', role: 'member', archived: false } as const;
const none = { addPeople: false, removePeople: false, changeDetails: false };

describe('rights in a room', () => {
  it('let a member add people to a public channel only', () => {
    expect(roomRights(room, 'member')).toEqual(none);
    expect(roomRights({ ...room, visibility: 'public' }, 'member')).toEqual({ ...none, addPeople: true });
  });
  it('let moderators add and remove people', () =>
    expect(roomRights({ ...room, role: 'moderator' }, 'member')).toEqual({
      addPeople: true,
      removePeople: true,
      changeDetails: false,
    }));
  it('let an owner of the organization govern public rooms, and no private one', () => {
    expect(roomRights({ ...room, visibility: 'public', role: null }, 'owner').changeDetails).toBe(true);
    expect(roomRights({ ...room, role: null }, 'owner')).toEqual(none);
  });
  it('change nothing in a direct room', () =>
    expect(roomRights({ ...room, kind: 'direct', role: 'admin' }, 'owner')).toEqual(none));
});
