import { assertNever } from '../assert-never.ts';
import type { ReadingEvent } from '../events/catalogue.ts';
import type { NotificationLevel } from '../events/reading-events.ts';
import { folding } from './fold.ts';

/** How one person follows one room. */
export interface ReadingState {
  /** Everything up to here has been seen; 0 when nothing was. */
  readonly readSeq: number;
  /** The newest mark as it was made; null when it was taken back by marking unread. */
  readonly lastMark: number | null;
  /** Null until chosen. */
  readonly notifications: NotificationLevel | null;
  readonly favourite: boolean;
}

export const reading = folding<ReadingState, ReadingState, ReadingEvent>({
  initial: { readSeq: 0, lastMark: null, notifications: null, favourite: false },
  draft: (state) => state,
  apply: (state, event) => {
    switch (event.type) {
      case 'RoomRead':
        return { ...state, readSeq: Math.max(state.readSeq, event.data.seq), lastMark: event.data.seq };
      case 'RoomMarkedUnread':
        return { ...state, readSeq: Math.min(state.readSeq, event.data.seq - 1), lastMark: null };
      case 'NotificationLevelSet':
        return { ...state, notifications: event.data.level };
      case 'RoomFavourited':
        return { ...state, favourite: true };
      case 'RoomUnfavourited':
        return { ...state, favourite: false };
      default:
        return assertNever(event);
    }
  },
});
