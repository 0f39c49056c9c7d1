import { Subscription } from 'rxjs';
import type { ServerFrame } from '../frames/server-frames.ts';
import type { ConnectionState } from './connection-state.ts';
import { startLiveLink, type LinkOptions, type LiveLink } from './live-link.ts';
import type { Outbox } from './outbox.ts';
import type { RoomCursor } from './room-feed.ts';
import { TabWants, type TabPresence } from './tab-wants.ts';

export interface LeadershipOptions extends Omit<LinkOptions, 'resume'> {
  readonly outbox: Outbox;
  /** What this tab holds. */
  readonly held: () => ReadonlyMap<string, RoomCursor>;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: ConnectionState) => void;
}

/** The part of the one tab that holds the socket for all. */
export interface Leadership {
  readonly link: LiveLink;
  readonly latest: ReadonlyMap<string, RoomCursor>;
  /** True when the tab was not known before. */
  want(tabId: string, rooms: readonly string[], presence: TabPresence): boolean;
  stop(): void;
}

/** A hello is one frame: more cursors than this would not fit. The others find what they missed by seq. */
const maxResumedRooms = 700;

export function createLeadership(options: LeadershipOptions): Leadership {
  const { outbox, held, onFrame, onState } = options;
  const wants = new TabWants();
  const latest = new Map<string, RoomCursor>();
  /** Rooms that the server sends on this connection because it was asked to. */
  let joined = new Set<string>();
  /** Rooms that are the person's own: the server sends them by itself, also after they were joined to be read along. */
  const own = new Set<string>();
  let saidPresence: string | undefined;

  /** Where this tab holds a room, from there; else from what came last, for the tabs that do. */
  const resume = (): Map<string, RoomCursor> => {
    const cursors = new Map<string, RoomCursor>();
    for (const [roomId, { seq, epoch }] of [...held(), ...latest])
      if (cursors.size < maxResumedRooms && !cursors.has(roomId)) cursors.set(roomId, { seq, epoch });
    return cursors;
  };
  const link = startLiveLink({ ...options, resume });

  const sayWants = (): void => {
    if (link.state.value.status !== 'live') return;
    const wanted = wants.rooms();
    for (const roomId of joined)
      if (!wanted.has(roomId) && !own.has(roomId)) link.say({ type: 'leave_room', roomId });
    for (const roomId of wanted) {
      if (joined.has(roomId) || own.has(roomId)) continue;
      const after = (held().get(roomId) ?? latest.get(roomId))?.seq;
      link.say({ type: 'join_room', roomId, ...(after !== undefined && { after }) });
    }
    joined = new Set([...wanted].filter((roomId) => !own.has(roomId)));
    const presence = wants.presence();
    if (presence !== saidPresence) link.say({ type: 'presence', status: presence });
    saidPresence = presence;
  };
  const note = (frame: ServerFrame): void => {
    switch (frame.type) {
      case 'ready':
        joined = new Set();
        saidPresence = undefined;
        latest.clear();
        own.clear();
        for (const { roomId, seq, epoch } of frame.rooms) {
          latest.set(roomId, { seq, epoch });
          own.add(roomId);
        }
        break;
      case 'room_added':
        latest.set(frame.roomId, { seq: frame.lastSeq, epoch: frame.epoch });
        if (frame.own) own.add(frame.roomId);
        break;
      case 'room_removed':
        latest.delete(frame.roomId);
        own.delete(frame.roomId);
        // Read along again, it has to be asked for again.
        joined.delete(frame.roomId);
        break;
      default:
        break;
    }
    const known = 'roomId' in frame ? latest.get(frame.roomId) : undefined;
    if (known === undefined) return;
    if (frame.type === 'reset') latest.set(frame.roomId, { ...known, epoch: frame.epoch });
    if ('seq' in frame) latest.set(frame.roomId, { ...known, seq: frame.seq });
  };

  const listening = new Subscription();
  listening.add(
    link.state.subscribe((state) => {
      onState(state);
      if (state.status === 'live') sayWants();
    }),
  );
  listening.add(
    link.frames.subscribe((frame) => {
      note(frame);
      onFrame(frame);
    }),
  );
  const stopSending = outbox.startSending((entry) => link.transmit(entry));

  return {
    link,
    latest,
    want: (tabId, rooms, presence) => {
      const isNew = wants.put(tabId, rooms, presence, Date.now());
      sayWants();
      return isNew;
    },
    stop: () => {
      stopSending();
      listening.unsubscribe();
      link.stop();
    },
  };
}
