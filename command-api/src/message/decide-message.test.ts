import { message, present, type MessageEvent, type RoomEvent } from '@verbatim/shared';
import { describe, expect, it } from 'vitest';
import { givenBy } from '../deciding/given-fixture.ts';
import {
  archived,
  directRoom,
  joined,
  privateRoom,
  publicRoom,
  roomId,
  worldOf,
} from '../room/room-world-fixture.ts';
import { decideMessage } from './decide-message.ts';
import type { MessageCommand, SendMessage } from './message-command.ts';

const messageId = 'message-1';
const day = '2026-11-22';
const mentions = { userIds: [], room: false };
const givenIn = (room: readonly RoomEvent[]) =>
  givenBy<MessageEvent, MessageCommand>((events, command) =>
    decideMessage(command, { ...worldOf(room), message: message.fold(message.initial, events) }),
  );

const send = (changes: Partial<SendMessage> = {}): SendMessage => ({
  type: 'SendMessage',
  actorId: 'member',
  messageId,
  day,
  text: 'hello',
  mentions,
  replyTo: null,
  threadOf: null,
  roomRevision: 3,
  ...changes,
});
const sent: MessageEvent = {
  type: 'MessageSent',
  data: {
    messageId,
    roomId,
    authorId: 'member',
    day,
    kind: 'text',
    mentions,
    replyTo: null,
    threadOf: null,
    roomRevision: 3,
    source: null,
  },
  content: present({ text: 'hello' }),
};
const deleted: MessageEvent = { type: 'MessageDeleted', data: { messageId, roomId } };
const reacted: MessageEvent = {
  type: 'ReactionAdded',
  data: { messageId, roomId, userId: 'admin', emoji: '👍' },
};
const pinned: MessageEvent = { type: 'MessagePinned', data: { messageId, roomId } };
const inPublic = givenIn(publicRoom);
const inPrivate = givenIn(privateRoom);
const inDirect = givenIn(directRoom);
const inArchived = givenIn([...publicRoom, archived]);

describe('sending', () => {
  it('is for the people of the room', () => inPrivate().when(send()).then(sent));
  it('needs to be in the room', () =>
    inPublic()
      .when(send({ actorId: 'owner' }))
      .thenRejected('forbidden'));
  it('to a private room is unheard of outside', () =>
    inPrivate()
      .when(send({ actorId: 'owner' }))
      .thenRejected('not-found'));
  it('to no room is not found', () => givenIn([])().when(send()).thenRejected('not-found'));
  it('to an archived room waits', () => inArchived().when(send()).thenRejected('room-archived'));
  it('is for moderators where the room says so', () => {
    const announcements: RoomEvent[] = [
      ...publicRoom,
      {
        type: 'RoomDetailsChanged',
        data: { roomId, settings: { posting: 'moderators' } },
        content: present({}),
      },
    ];
    givenIn(announcements)().when(send()).thenRejected('forbidden');
    expect(
      decideMessage(send({ actorId: 'moderator' }), { ...worldOf(announcements), message: message.initial })
        .accepted,
    ).toBe(true);
  });
  it('needs an id of its own', () => inPublic(sent).when(send()).thenRejected('id-taken'));
  it.each(['replyTo', 'threadOf'] as const)('refers by %s to this room alone', (field) => {
    inPublic()
      .when(send({ [field]: { messageId: 'm', found: undefined } }))
      .thenRejected('invalid');
    const elsewhere = { messageId: 'm', found: { roomId: 'other', threadOf: null } };
    inPublic()
      .when(send({ [field]: elsewhere }))
      .thenRejected('invalid');
  });
  it('goes into a thread by its first message', () =>
    inPublic()
      .when(send({ threadOf: { messageId: 'm', found: { roomId, threadOf: 'root' } } }))
      .thenRejected('invalid'));
});

describe('editing', () => {
  const edit = (actorId = 'member', text = 'hello!'): MessageCommand => ({
    type: 'EditMessage',
    actorId,
    text,
    mentions,
  });
  it('is for the author', () =>
    inPublic(sent)
      .when(edit())
      .then({
        type: 'MessageEdited',
        data: { messageId, roomId, authorId: 'member', day, mentions },
        content: present({ text: 'hello!' }),
      }));
  it('to the same text changes nothing', () => inPublic(sent).when(edit('member', 'hello')).thenAlreadySo());
  it('is not even for admins', () => inPublic(sent).when(edit('admin')).thenRejected('forbidden'));
  it('is not for an author who left', () =>
    givenIn(publicRoom.slice(0, 3))(sent).when(edit()).thenRejected('forbidden'));
  it('of what was deleted is refused', () =>
    inPublic(sent, deleted).when(edit()).thenRejected('message-deleted'));
  it('of what has expired is refused', () =>
    inPublic({ ...sent, content: { status: 'expired' } })
      .when(edit())
      .thenRejected('expired'));
  it('in an archived room waits', () => inArchived(sent).when(edit()).thenRejected('room-archived'));
  it('of nothing is not found', () => inPublic().when(edit()).thenRejected('not-found'));
});

describe('deleting', () => {
  const del = (actorId: string): MessageCommand => ({ type: 'DeleteMessage', actorId });
  it.each(['member', 'moderator', 'admin', 'owner', 'orgAdmin'])('is for the %s', (actorId) =>
    inPublic(sent).when(del(actorId)).then(deleted),
  );
  it('is not for others of the room', () =>
    givenIn([...publicRoom, joined('stranger')])(sent)
      .when(del('stranger'))
      .thenRejected('forbidden'));
  it.each(['owner', 'compliance'])('in a private room is unheard of for the %s', (actorId) =>
    inPrivate(sent).when(del(actorId)).thenRejected('not-found'),
  );
  it('in a direct room is for the author alone', () =>
    inDirect(sent).when(del('admin')).thenRejected('forbidden'));
  it('twice changes nothing', () => inPublic(sent, deleted).when(del('member')).thenAlreadySo());
  it('in an archived room waits', () => inArchived(sent).when(del('member')).thenRejected('room-archived'));
});

describe('reacting', () => {
  const react = (emoji = '👍', actorId = 'admin'): MessageCommand => ({ type: 'React', actorId, emoji });
  const unreact: MessageCommand = { type: 'Unreact', actorId: 'admin', emoji: '👍' };
  it('is for the people of the room', () => inPublic(sent).when(react()).then(reacted));
  it('twice changes nothing', () => inPublic(sent, reacted).when(react()).thenAlreadySo());
  it('to what was deleted is refused', () =>
    inPublic(sent, deleted).when(react()).thenRejected('message-deleted'));
  it('needs to be in the room', () => inPublic(sent).when(react('👍', 'owner')).thenRejected('forbidden'));
  it('in an archived room waits', () => inArchived(sent).when(react()).thenRejected('room-archived'));
  it('with a hundred and first emoji is refused', () => {
    const many = Array.from({ length: 100 }, (_, index): MessageEvent => ({
      type: 'ReactionAdded',
      data: { messageId, roomId, userId: 'member', emoji: `:e${index}:` },
    }));
    inPublic(sent, ...many)
      .when(react())
      .thenRejected('too-many-reactions');
    inPublic(sent, ...many)
      .when(react(':e7:'))
      .then({ type: 'ReactionAdded', data: { messageId, roomId, userId: 'admin', emoji: ':e7:' } });
  });
  it('can be taken back, once', () => {
    inPublic(sent, reacted)
      .when(unreact)
      .then({ type: 'ReactionRemoved', data: { messageId, roomId, userId: 'admin', emoji: '👍' } });
    inPublic(sent).when(unreact).thenAlreadySo();
  });
});

describe('pinning', () => {
  const pin = (actorId: string): MessageCommand => ({ type: 'PinMessage', actorId });
  const unpin: MessageCommand = { type: 'UnpinMessage', actorId: 'moderator' };
  it.each(['moderator', 'admin', 'owner'])('is for the %s', (actorId) =>
    inPublic(sent).when(pin(actorId)).then(pinned),
  );
  it('is not for members', () => inPublic(sent).when(pin('member')).thenRejected('forbidden'));
  it('is for both in a direct room', () => inDirect(sent).when(pin('member')).then(pinned));
  it('twice changes nothing', () => inPublic(sent, pinned).when(pin('admin')).thenAlreadySo());
  it('of what was deleted is refused', () =>
    inPublic(sent, deleted).when(pin('admin')).thenRejected('message-deleted'));
  it('can be taken back, once', () => {
    inPublic(sent, pinned).when(unpin).then({ type: 'MessageUnpinned', data: { messageId, roomId } });
    inPublic(sent).when(unpin).thenAlreadySo();
  });
});
