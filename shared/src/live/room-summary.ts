import type { DurableFrame } from '../frames/server-frames.ts';
import { callsPerson } from '../http/messages.ts';
import type { RoomSummaryView } from '../http/rooms.ts';
import { applyToMessages } from './apply-to-messages.ts';

/** The frame alone does not tell what the counts are now: fetch the room's summary again. */
export const fetchAgain = 'fetch-again';

/** A room of the list after its next frame, for the person `myId`; counts are exact or fetched, never guessed. */
export function applyFrameToSummary(
  summary: RoomSummaryView,
  frame: DurableFrame,
  myId: string,
): RoomSummaryView | typeof fetchAgain {
  if (frame.seq <= summary.lastSeq) return summary;
  const next = { ...summary, lastSeq: frame.seq, lastMessage: lastMessageAfter(summary, frame) };
  switch (frame.type) {
    case 'message': {
      const { author, mentions } = frame.message;
      // The marker may be ahead of the frames while they are caught up on.
      if (author.id === myId || frame.seq <= summary.readSeq) return next;
      const isMention = callsPerson(mentions, myId);
      return { ...next, unread: next.unread + 1, mentions: next.mentions + (isMention ? 1 : 0) };
    }
    // Whether the message was among the unread ones, and called me, is not in these frames.
    case 'message_edited':
    case 'message_deleted':
      return summary.unread === 0 ? next : fetchAgain;
    case 'room_changed': {
      const { name, topic, visibility, archived } = frame;
      return { ...next, name, topic, visibility, archived };
    }
    case 'participant_joined':
      return frame.user.id === myId ? fetchAgain : next;
    case 'participant_role':
      return frame.userId === myId ? { ...next, role: frame.role } : next;
    default:
      return next;
  }
}

/** The room of the list after `userId` was seen to have read up to `readSeq`. */
export function applyReadToSummary(
  summary: RoomSummaryView,
  read: { readonly userId: string; readonly readSeq: number },
  myId: string,
): RoomSummaryView | typeof fetchAgain {
  if (read.userId !== myId || read.readSeq === summary.readSeq) return summary;
  if (read.readSeq < summary.lastSeq) return fetchAgain;
  return { ...summary, readSeq: read.readSeq, unread: 0, mentions: 0 };
}

function lastMessageAfter({ lastMessage }: RoomSummaryView, frame: DurableFrame) {
  if (frame.type === 'message') return frame.message;
  if (lastMessage === null) return null;
  const [held] = applyToMessages([{ view: lastMessage, asOf: 0 }], frame);
  return held?.view ?? null;
}
