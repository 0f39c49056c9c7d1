import { reading, type ReadingEvent } from '@verbatim/shared';
import { describe, it } from 'vitest';
import { givenBy } from '../deciding/given-fixture.ts';
import { archived, privateRoom, publicRoom, roomId, worldOf } from '../room/room-world-fixture.ts';
import { decideReading, type ReadingCommand } from './decide-reading.ts';

const of = { roomId, userId: 'member' };
const givenIn = (room: Parameters<typeof worldOf>[0]) =>
  givenBy<ReadingEvent, ReadingCommand>((events, command) =>
    decideReading(command, { ...worldOf(room), reading: reading.fold(reading.initial, events) }),
  );
const given = givenIn(publicRoom);
const read = (seq: number): ReadingEvent => ({ type: 'RoomRead', data: { ...of, seq } });
const mark = (seq: number, actorId = 'member'): ReadingCommand => ({ type: 'MarkRead', actorId, seq });

describe('marking read', () => {
  it('moves forward', () => given(read(3)).when(mark(5)).then(read(5)));
  it('again is no change', () => given(read(3)).when(mark(3)).thenAlreadySo());
  it('is not lost behind a mark beyond the end of the room', () =>
    given(read(1_000_000)).when(mark(5)).then(read(5)));
  it('goes on after marking unread', () =>
    given(read(5), { type: 'RoomMarkedUnread', data: { ...of, seq: 3 } })
      .when(mark(5))
      .then(read(5)));
  it('is one’s own affair in archived rooms too', () =>
    givenIn([...publicRoom, archived])()
      .when(mark(1))
      .then(read(1)));
  it('needs to be in the room', () => given().when(mark(1, 'stranger')).thenRejected('forbidden'));
  it('is unheard of outside a private room', () =>
    givenIn(privateRoom)().when(mark(1, 'owner')).thenRejected('not-found'));
  it('in no room is not found', () => givenIn([])().when(mark(1)).thenRejected('not-found'));
});

describe('marking unread', () => {
  const unread: ReadingCommand = { type: 'MarkUnread', actorId: 'member', seq: 3 };
  it('is the one way back', () =>
    given(read(5))
      .when(unread)
      .then({ type: 'RoomMarkedUnread', data: { ...of, seq: 3 } }));
  it('what was not read changes nothing', () => given(read(2)).when(unread).thenAlreadySo());
});

describe('notifications and favourites', () => {
  const level: ReadingCommand = { type: 'SetNotifications', actorId: 'member', level: 'none' };
  const set: ReadingEvent = { type: 'NotificationLevelSet', data: { ...of, level: 'none' } };
  it('are chosen once', () => {
    given().when(level).then(set);
    given(set).when(level).thenAlreadySo();
  });
  const favoured: ReadingEvent = { type: 'RoomFavourited', data: of };
  it('come and go', () => {
    given().when({ type: 'SetFavourite', actorId: 'member' }).then(favoured);
    given(favoured).when({ type: 'SetFavourite', actorId: 'member' }).thenAlreadySo();
    given(favoured)
      .when({ type: 'UnsetFavourite', actorId: 'member' })
      .then({ type: 'RoomUnfavourited', data: of });
    given().when({ type: 'UnsetFavourite', actorId: 'member' }).thenAlreadySo();
  });
});
