import { assertNever, type NotificationLevel, type ReadingEvent, type ReadingState } from '@verbatim/shared';
import { accept, alreadySo, reject, type Decision } from '../deciding/decision.ts';
import { lacksRight, type RoomWorld } from '../room/room-rights.ts';

export type ReadingCommand = { readonly actorId: string } & (
  | { readonly type: 'MarkRead'; readonly seq: number }
  | { readonly type: 'MarkUnread'; readonly seq: number }
  | { readonly type: 'SetNotifications'; readonly level: NotificationLevel }
  | { readonly type: 'SetFavourite' }
  | { readonly type: 'UnsetFavourite' }
);

export interface ReadingWorld extends RoomWorld {
  readonly reading: ReadingState;
}

/** How one follows a room is one's own affair, also in archived rooms; only people of the room have such an affair. */
export function decideReading(command: ReadingCommand, world: ReadingWorld): Decision<ReadingEvent> {
  const { room, members, reading } = world;
  if (room.status === 'none') return reject('not-found');
  const lack = lacksRight(command.actorId, 'take-part', room, members);
  if (lack !== undefined) return reject(lack);
  const of = { roomId: room.roomId, userId: command.actorId };
  switch (command.type) {
    case 'MarkRead':
      // How far the room goes is not known here. A mark beyond its end counts to the end where marks are counted,
      // which is also where none moves back; were later ones refused for being less, it would hide them for ever.
      if (command.seq === reading.lastMark) return alreadySo;
      return accept({ type: 'RoomRead', data: { ...of, seq: command.seq } });
    case 'MarkUnread':
      if (command.seq > reading.readSeq) return alreadySo;
      return accept({ type: 'RoomMarkedUnread', data: { ...of, seq: command.seq } });
    case 'SetNotifications':
      if (command.level === reading.notifications) return alreadySo;
      return accept({ type: 'NotificationLevelSet', data: { ...of, level: command.level } });
    case 'SetFavourite':
      return reading.favourite ? alreadySo : accept({ type: 'RoomFavourited', data: of });
    case 'UnsetFavourite':
      return reading.favourite ? accept({ type: 'RoomUnfavourited', data: of }) : alreadySo;
    default:
      return assertNever(command);
  }
}
