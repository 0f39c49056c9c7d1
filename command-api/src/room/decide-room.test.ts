import { present, type RoomEvent } from '@verbatim/shared';
import { describe, expect, it } from 'vitest';
import { givenBy } from '../deciding/given-fixture.ts';
import { decideRoom } from './decide-room.ts';
import { handOverRoom } from './hand-over-room.ts';
import type { CreateRoom, RoomCommand } from './room-command.ts';
import {
  archived,
  created,
  directRoom,
  joined,
  members,
  privateRoom,
  publicRoom,
  roomId,
  worldOf,
} from './room-world-fixture.ts';

const given = givenBy<RoomEvent, RoomCommand>((events, command) => decideRoom(command, worldOf(events)));

const create = (changes: Partial<CreateRoom> = {}): CreateRoom => ({
  type: 'CreateRoom',
  actorId: 'admin',
  roomId,
  kind: 'group',
  visibility: 'private',
  name: 'talk',
  description: '',
  participantIds: ['member'],
  ...changes,
});

describe('creating a room', () => {
  it('makes the creator its admin and brings the first people', () =>
    given()
      .when(create())
      .then(created('group', 'private'), joined('admin', 'admin'), {
        type: 'ParticipantAdded',
        data: { roomId, userId: 'member', role: 'member' },
      }));
  it('brings everybody once, the creator too', () =>
    given()
      .when(create({ participantIds: ['admin', 'member', 'member'] }))
      .then(created('group', 'private'), joined('admin', 'admin'), {
        type: 'ParticipantAdded',
        data: { roomId, userId: 'member', role: 'member' },
      }));
  it('makes the two of a direct room equal', () => {
    const decision = decideRoom(create({ kind: 'direct', name: null }), worldOf([]));
    expect(decision).toMatchObject({
      events: [{}, { data: { role: 'admin' } }, { data: { role: 'admin' } }],
    });
  });
  it('is not for compliance', () =>
    given()
      .when(create({ actorId: 'compliance' }))
      .thenRejected('forbidden'));
  it('needs an id of its own', () =>
    given(...privateRoom)
      .when(create())
      .thenRejected('id-taken'));
  it('finds the direct room that is there', () =>
    given(...directRoom)
      .when(create({ kind: 'direct' }))
      .thenAlreadySo());
  it('takes nobody from elsewhere', () =>
    given()
      .when(create({ participantIds: ['nobody'] }))
      .thenRejected('invalid'));
  it('takes nobody who was deactivated', () =>
    given()
      .when(create({ participantIds: ['inactive'] }))
      .thenRejected('user-inactive'));
});

describe('changing details', () => {
  const rename = (actorId: string, name = 'new'): RoomCommand => ({
    type: 'ChangeRoomDetails',
    actorId,
    name,
  });
  it('tells what changed alone', () =>
    given(...publicRoom)
      .when({ ...rename('admin'), visibility: 'public' } as RoomCommand)
      .then({ type: 'RoomDetailsChanged', data: { roomId }, content: present({ name: 'new' }) }));
  it('to what they are changes nothing', () =>
    given(...publicRoom)
      .when(rename('admin', 'talk'))
      .thenAlreadySo());
  it.each(['member', 'moderator', 'stranger', 'compliance'])('is not for a %s', (actorId) =>
    given(...publicRoom)
      .when(rename(actorId))
      .thenRejected('forbidden'),
  );
  it.each(['stranger', 'owner', 'orgAdmin', 'compliance'])(
    'of a private room is unheard of for a %s',
    (actorId) =>
      given(...privateRoom)
        .when(rename(actorId))
        .thenRejected('not-found'),
  );
  it.each(['owner', 'orgAdmin'])('of a public room is for the %s too', (actorId) =>
    expect(decideRoom(rename(actorId), worldOf(publicRoom)).accepted).toBe(true),
  );
  it('of a direct room never happens', () =>
    given(...directRoom)
      .when(rename('admin'))
      .thenRejected('direct-room'));
  it('of an archived room waits', () =>
    given(...publicRoom, archived)
      .when(rename('admin'))
      .thenRejected('room-archived'));
  it('of no room is not found', () => given().when(rename('admin')).thenRejected('not-found'));
});

describe('archiving', () => {
  const archive: RoomCommand = { type: 'ArchiveRoom', actorId: 'admin' };
  const unarchive: RoomCommand = { type: 'UnarchiveRoom', actorId: 'admin' };
  it('is for admins', () =>
    given(...publicRoom)
      .when(archive)
      .then(archived));
  it('twice changes nothing', () =>
    given(...publicRoom, archived)
      .when(archive)
      .thenAlreadySo());
  it('can be taken back', () =>
    given(...publicRoom, archived)
      .when(unarchive)
      .then({ type: 'RoomUnarchived', data: { roomId } }));
  it('is not for moderators', () =>
    given(...publicRoom)
      .when({ type: 'ArchiveRoom', actorId: 'moderator' })
      .thenRejected('forbidden'));
  it('a direct room never happens', () =>
    given(...directRoom)
      .when(archive)
      .thenRejected('direct-room'));
});

describe('joining', () => {
  const join = (actorId: string): RoomCommand => ({ type: 'JoinRoom', actorId });
  it('a public room is for everybody', () =>
    given(...publicRoom)
      .when(join('stranger'))
      .then(joined('stranger')));
  it('again changes nothing', () =>
    given(...publicRoom)
      .when(join('member'))
      .thenAlreadySo());
  it('is not for compliance', () =>
    given(...publicRoom)
      .when(join('compliance'))
      .thenRejected('forbidden'));
  it('a private room is unheard of', () =>
    given(...privateRoom)
      .when(join('stranger'))
      .thenRejected('not-found'));
  it('a direct room is unheard of', () =>
    given(...directRoom)
      .when(join('owner'))
      .thenRejected('not-found'));
  it('an archived room waits', () =>
    given(...publicRoom, archived)
      .when(join('stranger'))
      .thenRejected('room-archived'));
  it('is nothing for the deactivated', () =>
    given(...publicRoom)
      .when(join('inactive'))
      .thenRejected('not-found'));
});

describe('leaving', () => {
  const leave = (actorId: string): RoomCommand => ({ type: 'LeaveRoom', actorId });
  it('is for everybody in the room', () =>
    given(...publicRoom)
      .when(leave('member'))
      .then({ type: 'ParticipantLeft', data: { roomId, userId: 'member' } }));
  it('also when it is archived', () =>
    expect(decideRoom(leave('member'), worldOf([...publicRoom, archived])).accepted).toBe(true));
  it('is not for its last admin', () =>
    given(...publicRoom)
      .when(leave('admin'))
      .thenRejected('last-admin'));
  it('counts only admins who are active', () =>
    given(...publicRoom, joined('inactive', 'admin'))
      .when(leave('admin'))
      .thenRejected('last-admin'));
  it('is for an admin with a successor', () =>
    expect(decideRoom(leave('admin'), worldOf([...publicRoom, joined('owner', 'admin')])).accepted).toBe(
      true,
    ));
  it('a direct room never happens', () =>
    given(...directRoom)
      .when(leave('member'))
      .thenRejected('direct-room'));
  it('needs to be in it', () =>
    given(...publicRoom)
      .when(leave('stranger'))
      .thenRejected('forbidden'));
});

describe('adding people', () => {
  const add = (
    actorId: string,
    userId = 'stranger',
    role: 'member' | 'moderator' = 'member',
  ): RoomCommand => ({
    type: 'AddParticipant',
    actorId,
    userId,
    role,
  });
  const added: RoomEvent = { type: 'ParticipantAdded', data: { roomId, userId: 'stranger', role: 'member' } };
  it.each(['member', 'moderator', 'admin', 'owner', 'orgAdmin'])(
    'to a public room is for the %s',
    (actorId) =>
      given(...publicRoom)
        .when(add(actorId))
        .then(added),
  );
  it.each(['moderator', 'admin'])('to a private room is for the %s', (actorId) =>
    given(...privateRoom)
      .when(add(actorId))
      .then(added),
  );
  it('to a private room is not for members', () =>
    given(...privateRoom)
      .when(add('member'))
      .thenRejected('forbidden'));
  it('to a public room is not for compliance, in it or not', () => {
    given(...publicRoom)
      .when(add('compliance'))
      .thenRejected('forbidden');
    given(...publicRoom, joined('compliance'))
      .when(add('compliance'))
      .thenRejected('forbidden');
  });
  it('with a role is for admins', () =>
    given(...publicRoom)
      .when(add('moderator', 'stranger', 'moderator'))
      .thenRejected('forbidden'));
  it('who are there changes nothing', () =>
    given(...publicRoom)
      .when(add('admin', 'member'))
      .thenAlreadySo());
  it('from elsewhere is refused', () =>
    given(...publicRoom)
      .when(add('admin', 'nobody'))
      .thenRejected('invalid'));
  it('who were deactivated is refused', () =>
    given(...publicRoom)
      .when(add('admin', 'inactive'))
      .thenRejected('user-inactive'));
  it('to a direct room never happens', () =>
    given(...directRoom)
      .when(add('admin'))
      .thenRejected('direct-room'));
  it('to an archived room waits', () =>
    given(...publicRoom, archived)
      .when(add('admin'))
      .thenRejected('room-archived'));
});

describe('changing a role', () => {
  const change = (actorId: string, userId: string, role: 'admin' | 'moderator' | 'member'): RoomCommand => ({
    type: 'ChangeParticipantRole',
    actorId,
    userId,
    role,
  });
  it('is for admins', () =>
    given(...privateRoom)
      .when(change('admin', 'member', 'moderator'))
      .then({ type: 'ParticipantRoleChanged', data: { roomId, userId: 'member', role: 'moderator' } }));
  it('to what it is changes nothing', () =>
    given(...privateRoom)
      .when(change('admin', 'member', 'member'))
      .thenAlreadySo());
  it('is not for moderators', () =>
    given(...privateRoom)
      .when(change('moderator', 'member', 'moderator'))
      .thenRejected('forbidden'));
  it('leaves the last admin', () =>
    given(...privateRoom)
      .when(change('admin', 'admin', 'member'))
      .thenRejected('last-admin'));
  it('is for people of the room', () =>
    given(...privateRoom)
      .when(change('admin', 'stranger', 'member'))
      .thenRejected('not-participant'));
  it('tells nothing of people elsewhere', () =>
    given(...privateRoom)
      .when(change('admin', 'nobody', 'member'))
      .thenRejected('not-found'));
  it('is not for the deactivated', () =>
    given(...privateRoom, joined('inactive'))
      .when(change('admin', 'inactive', 'admin'))
      .thenRejected('user-inactive'));
  it('in a direct room never happens', () =>
    given(...directRoom)
      .when(change('admin', 'member', 'member'))
      .thenRejected('direct-room'));
});

describe('removing', () => {
  const remove = (actorId: string, userId: string): RoomCommand => ({
    type: 'RemoveParticipant',
    actorId,
    userId,
  });
  const gone = (userId: string): RoomEvent => ({ type: 'ParticipantRemoved', data: { roomId, userId } });
  it.each(['admin', 'moderator', 'owner'])('members is for the %s', (actorId) =>
    given(...publicRoom)
      .when(remove(actorId, 'member'))
      .then(gone('member')),
  );
  it('is not for members', () =>
    given(...publicRoom)
      .when(remove('member', 'moderator'))
      .thenRejected('forbidden'));
  it('admins is not for moderators', () =>
    given(...publicRoom, joined('owner', 'admin'))
      .when(remove('moderator', 'owner'))
      .thenRejected('forbidden'));
  it('moderators is for admins', () =>
    given(...publicRoom)
      .when(remove('admin', 'moderator'))
      .then(gone('moderator')));
  it('oneself is leaving', () =>
    given(...publicRoom)
      .when(remove('member', 'member'))
      .then({ type: 'ParticipantLeft', data: { roomId, userId: 'member' } }));
  it('the last admin never happens', () =>
    given(...publicRoom)
      .when(remove('owner', 'admin'))
      .thenRejected('last-admin'));
  it('needs somebody who is there', () =>
    given(...publicRoom)
      .when(remove('admin', 'stranger'))
      .thenRejected('not-participant'));
  it('from a direct room never happens', () =>
    given(...directRoom)
      .when(remove('admin', 'member'))
      .thenRejected('direct-room'));
});

describe('a room whose last admin was deactivated', () => {
  const inactiveAdmin = [created('group', 'private'), joined('inactive', 'admin')];
  const heir = (events: readonly RoomEvent[]) => {
    const decision = handOverRoom({ ...worldOf(events), members });
    return decision.accepted ? decision.events.map(({ data }) => data) : [];
  };
  it('goes to the longest-standing moderator', () =>
    expect(heir([...inactiveAdmin, joined('member'), joined('moderator', 'moderator')])).toEqual([
      { roomId, userId: 'moderator', role: 'admin' },
    ]));
  it('else to the longest-standing member who can log in', () =>
    expect(heir([...inactiveAdmin, joined('importedAuthor'), joined('member'), joined('stranger')])).toEqual([
      { roomId, userId: 'member', role: 'admin' },
    ]));
  it('stays as it is with nobody left, with another admin, or between two', () => {
    expect(heir(inactiveAdmin)).toEqual([]);
    expect(heir([...inactiveAdmin, joined('admin', 'admin')])).toEqual([]);
    expect(heir(directRoom)).toEqual([]);
  });
});
