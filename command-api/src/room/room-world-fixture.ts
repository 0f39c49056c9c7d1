import {
  present,
  room,
  type Member,
  type OrganizationRole,
  type RoomEvent,
  type RoomKind,
  type RoomRole,
  type Visibility,
} from '@verbatim/shared';
import type { RoomWorld } from './room-rights.ts';

export const roomId = 'room-1';
const person = (role: OrganizationRole, active = true): Member => ({ role, active, imported: false });

/** The people of an organization, named by what they are; the first three are usually in the room. */
export const members: ReadonlyMap<string, Member> = new Map([
  ['admin', person('member')],
  ['moderator', person('member')],
  ['member', person('member')],
  ['stranger', person('member')],
  ['owner', person('owner')],
  ['orgAdmin', person('admin')],
  ['compliance', person('compliance')],
  ['inactive', person('member', false)],
  ['importedAuthor', { ...person('member'), imported: true }],
]);

export const created = (kind: RoomKind, visibility: Visibility): RoomEvent => ({
  type: 'RoomCreated',
  data: { roomId, kind, visibility, imported: false },
  content: present({ name: 'talk', description: '' }),
});
export const joined = (userId: string, role: RoomRole = 'member'): RoomEvent => ({
  type: 'ParticipantJoined',
  data: { roomId, userId, role },
});
export const archived: RoomEvent = { type: 'RoomArchived', data: { roomId } };

const people = [joined('admin', 'admin'), joined('moderator', 'moderator'), joined('member')];
export const publicRoom: readonly RoomEvent[] = [created('channel', 'public'), ...people];
export const privateRoom: readonly RoomEvent[] = [created('group', 'private'), ...people];
export const directRoom: readonly RoomEvent[] = [
  created('direct', 'private'),
  joined('admin', 'admin'),
  joined('member', 'admin'),
];

export const worldOf = (events: readonly RoomEvent[]): RoomWorld => ({
  room: room.fold(room.initial, events),
  members,
});
