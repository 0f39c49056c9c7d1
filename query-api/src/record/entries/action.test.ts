import { eventNames, present, type DomainEvent } from '@verbatim/shared';
import { describe, expect, test } from 'vitest';
import { actionOf, actionOfType } from './action.ts';

const roomId = 'room';
const created = (visibility: 'public' | 'private'): DomainEvent => ({
  type: 'RoomCreated',
  data: { roomId, kind: 'channel', visibility, imported: false },
  content: present({ name: 'r', description: '' }),
});

describe('the action of an event', () => {
  test.each([
    [created('public'), 'public_channel_created'],
    [created('private'), 'private_channel_created'],
    [{ type: 'RoomDetailsChanged', data: { roomId }, content: present({ name: 'new' }) }, 'channel_renamed'],
    [
      { type: 'RoomDetailsChanged', data: { roomId }, content: { status: 'erased' } },
      'channel_details_changed',
    ],
    [{ type: 'OrganizationRoleChanged', data: { userId: 'u', role: 'admin' } }, 'role_change_to_admin'],
    [{ type: 'MessageDeleted', data: { messageId: 'm', roomId } }, 'message_tombstoned'],
    [{ type: 'LoginFailed', data: { userId: 'u', count: 3, firstAt: null } }, 'user_login_failed'],
  ] as const satisfies [DomainEvent, string][])('is the one that tools know (%#)', (event, action) => {
    expect(actionOf(event)).toBe(action);
  });

  test('has one spelling for all types, known or not', () => {
    for (const type of [...eventNames, 'SomethingNew'])
      expect(actionOfType(type)).toMatch(/^[a-z]+([._][a-z]+)*$/);
    expect(actionOfType('MessageSent')).toBe('message_sent');
  });
});
