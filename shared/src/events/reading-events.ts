import { z } from 'zod';
import { plainEvent } from './event-type.ts';

export const notificationLevels = ['all', 'mentions', 'none'] as const;
export type NotificationLevel = (typeof notificationLevels)[number];

const id = z.string();
const readingOf = z.object({ roomId: id, userId: id });
const seq = z.number().int();

export const readingEvents = {
  /** Everything up to and including `seq` has been seen. */
  RoomRead: plainEvent('reading', readingOf.extend({ seq })),
  /** Everything from `seq` on counts as unread again. */
  RoomMarkedUnread: plainEvent('reading', readingOf.extend({ seq })),
  NotificationLevelSet: plainEvent('reading', readingOf.extend({ level: z.enum(notificationLevels) })),
  RoomFavourited: plainEvent('reading', readingOf),
  RoomUnfavourited: plainEvent('reading', readingOf),
};
