import { applyFrame, type DurableFrame, type RoomReplica } from '@verbatim/shared/browser';

/** Of what is held only the newest so many messages; the way to those before them is open. */
export function withNewest(replica: RoomReplica, count: number): RoomReplica {
  const { messages } = replica.window;
  if (messages.length <= count) return replica;
  const window = { ...replica.window, messages: messages.slice(-count), reachesStart: false };
  return { ...replica, window, recent: [] };
}

/** The frames that follow without a hole; later ones come again, for the room is held from there on. */
export function withFrames(replica: RoomReplica, frames: readonly DurableFrame[]): RoomReplica {
  let next = replica;
  for (const frame of frames) {
    if (frame.seq > next.seq + 1) break;
    next = applyFrame(next, frame);
  }
  return next;
}
