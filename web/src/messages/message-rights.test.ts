import { describe, expect, it } from 'vitest';
import { rightsOver, type Standing } from './message-rights.ts';

const mine = { author: { id: 'me', displayName: 'Me' }, content: 'present', kind: 'text' } as const;
const theirs = { ...mine, author: { id: 'ada', displayName: 'Ada' } };
const member: Standing = {
  myId: 'me',
  roomRole: 'member',
  organizationRole: 'member',
  isPublic: true,
  isArchived: false,
};
const none = { answer: false, edit: false, delete: false, pin: false };

describe('rights over a message', () => {
  it('let a member edit and delete their own, and answer all', () => {
    expect(rightsOver(mine, member)).toEqual({ answer: true, edit: true, delete: true, pin: false });
    expect(rightsOver(theirs, member)).toEqual({ ...none, answer: true });
  });
  it('let a moderator delete and pin what others wrote', () =>
    expect(rightsOver(theirs, { ...member, roomRole: 'moderator' })).toEqual({
      answer: true,
      edit: false,
      delete: true,
      pin: true,
    }));
  it('let an admin of the organization moderate public rooms only', () => {
    const admin = { ...member, organizationRole: 'admin' } as const;
    expect(rightsOver(theirs, admin).pin).toBe(true);
    expect(rightsOver(theirs, { ...admin, isPublic: false }).pin).toBe(false);
  });
  it('are none for one who only reads, in an archived room, and over what is gone', () => {
    expect(rightsOver(theirs, { ...member, roomRole: null })).toEqual(none);
    expect(rightsOver(mine, { ...member, isArchived: true })).toEqual(none);
    expect(rightsOver({ ...mine, content: 'deleted' }, member)).toEqual(none);
  });
});
