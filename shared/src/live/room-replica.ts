import { assertNever } from '../assert-never.ts';
import type { RoomKind, RoomSettings, Visibility } from '../events/room-events.ts';
import type { DurableFrame } from '../frames/server-frames.ts';
import type { MessagePageView } from '../http/messages.ts';
import type { ParticipantView, RoomView } from '../http/rooms.ts';
import { applyToMessages, type HeldMessage } from './apply-to-messages.ts';

export interface RoomDetails {
  readonly kind: RoomKind;
  readonly name: string | null;
  readonly description: string;
  readonly topic: string;
  readonly visibility: Visibility;
  readonly archived: boolean;
  readonly settings: RoomSettings;
}

/** A stretch of the room's messages without holes, ascending by seq. */
export interface MessageWindow {
  readonly messages: readonly HeldMessage[];
  readonly reachesStart: boolean;
  readonly reachesEnd: boolean;
}

/**
 * What a client holds of one room. The law: a replica as of one moment, with all frames since applied in
 * order, equals what a fresh fetch gives.
 */
export interface RoomReplica {
  readonly roomId: string;
  readonly epoch: number;
  /** The last frame applied. */
  readonly seq: number;
  /** The log position of that frame, for `X-Min-Position`; null before the first. */
  readonly position: string | null;
  readonly details: RoomDetails;
  readonly participants: ReadonlyMap<string, ParticipantView>;
  readonly window: MessageWindow;
  /** The frames applied last, to bring pages up to date that were read a moment ago. */
  readonly recent: readonly DurableFrame[];
}

/** So many frames may come while a page is under way. */
const maxRecentFrames = 500;

export interface FetchedRoom {
  readonly room: RoomView;
  /** Both fetched after the room itself, so that they are as new or newer. */
  readonly participants: readonly ParticipantView[];
  readonly page: MessagePageView;
}

/** A replica as of `room.lastSeq`, with the newest page. Hold the room from there, then apply what comes. */
export function openReplica({ room, participants, page }: FetchedRoom): RoomReplica {
  const { kind, name, description, topic, visibility, archived, settings } = room;
  return {
    roomId: room.id,
    epoch: room.epoch,
    seq: room.lastSeq,
    position: null,
    details: { kind, name, description, topic, visibility, archived, settings },
    participants: new Map(participants.map((participant) => [participant.userId, participant])),
    window: { messages: heldFrom(page), reachesStart: page.nextCursor === null, reachesEnd: true },
    recent: [],
  };
}

/**
 * The room after its next frame. A frame that is in already changes nothing.
 * @throws RangeError when frames in between are missing: the live client never lets that happen.
 */
export function applyFrame(replica: RoomReplica, frame: DurableFrame): RoomReplica {
  if (frame.seq <= replica.seq) return replica;
  if (frame.seq !== replica.seq + 1)
    throw new RangeError(`frame ${frame.seq} of ${replica.roomId} came after ${replica.seq}`);
  return {
    ...applyToDetails(replica, frame),
    seq: frame.seq,
    position: frame.position,
    window: applyToWindow(replica.window, frame),
    recent: [...replica.recent.slice(1 - maxRecentFrames), frame],
  };
}

export type PageSide = 'before' | 'after' | 'instead';

/**
 * Adds a page that was fetched just now: older messages, newer ones, or another stretch altogether
 * (`reaches…` say whether the room ends there). Undefined when the page is too old to be brought up to date:
 * fetch it again, with `X-Min-Position: replica.position`.
 */
export function insertPage(
  replica: RoomReplica,
  page: MessagePageView,
  side: PageSide,
  reaches: { readonly start?: boolean; readonly end?: boolean } = {},
): RoomReplica | undefined {
  const missing = Math.max(0, replica.seq - page.asOf);
  const { window } = replica;
  const meetsWindow = side !== 'before' || page.asOf >= (window.messages[0]?.view.seq ?? 0);
  if (missing > replica.recent.length || !meetsWindow) return undefined;
  const kept = side === 'instead' ? [] : window.messages;
  const known = new Set(kept.map(({ view }) => view.id));
  const added = heldFrom(page).filter(({ view }) => !known.has(view.id));
  const isAtEnd = page.nextCursor === null;

  let fresh: MessageWindow = {
    messages: added,
    reachesStart: reaches.start ?? (side === 'before' && isAtEnd),
    reachesEnd: reaches.end ?? (side === 'after' && isAtEnd),
  };
  for (const frame of replica.recent.slice(replica.recent.length - missing))
    fresh = applyToWindow(fresh, frame);

  const messages = [...kept, ...fresh.messages].sort((one, other) => one.view.seq - other.view.seq);
  const isOld = side !== 'instead';
  return {
    ...replica,
    window: {
      messages,
      reachesStart: fresh.reachesStart || (isOld && window.reachesStart),
      reachesEnd: fresh.reachesEnd || (isOld && window.reachesEnd),
    },
  };
}

const heldFrom = (page: MessagePageView): HeldMessage[] =>
  page.items.map((view) => ({ view, asOf: page.asOf }));

function applyToWindow(window: MessageWindow, frame: DurableFrame): MessageWindow {
  const messages = applyToMessages(window.messages, frame);
  if (frame.type !== 'message' || !window.reachesEnd) return { ...window, messages };
  const isThere = messages.some(({ view }) => view.id === frame.message.id);
  if (isThere) return { ...window, messages };
  return { ...window, messages: [...messages, { view: frame.message, asOf: frame.seq }] };
}

function applyToDetails(replica: RoomReplica, frame: DurableFrame): RoomReplica {
  switch (frame.type) {
    case 'room_changed': {
      const { name, description, topic, visibility, archived, settings } = frame;
      const { kind } = replica.details;
      return {
        ...replica,
        details: { kind, name, description, topic, visibility, archived, settings },
      };
    }
    case 'participant_joined': {
      const { user, role, at } = frame;
      const participant = { userId: user.id, displayName: user.displayName, role, joinedAt: at };
      return { ...replica, participants: new Map(replica.participants).set(user.id, participant) };
    }
    case 'participant_left': {
      const participants = new Map(replica.participants);
      participants.delete(frame.userId);
      return { ...replica, participants };
    }
    case 'participant_role': {
      const existing = replica.participants.get(frame.userId);
      if (existing === undefined) return replica;
      const participant = { ...existing, role: frame.role };
      return { ...replica, participants: new Map(replica.participants).set(frame.userId, participant) };
    }
    case 'message':
    case 'message_edited':
    case 'message_deleted':
    case 'reaction_added':
    case 'reaction_removed':
    case 'pinned':
    case 'unpinned':
      return replica;
    default:
      return assertNever(frame);
  }
}
