import { BehaviorSubject, Subject, Subscription, type Observable } from 'rxjs';
import type { ClientFrame } from '../frames/client-frames.ts';
import type { DurableFrame, MomentaryFrame, ServerFrame } from '../frames/server-frames.ts';
import { newId } from '../ids/uuid-v7.ts';
import type { ProblemDetails } from '../problems/problem.ts';
import type { ConnectionState } from './connection-state.ts';
import { createLeadership, type Leadership } from './leadership.ts';
import type { SocketLike } from './live-link.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import { createOutboxStorage, type KeyValueStorage } from './outbox-storage.ts';
import { createOutbox, isWorthRetrying, type SendOutcome } from './outbox.ts';
import { createReadMarks } from './read-marks.ts';
import { createRoomFeed, type FetchedFrames, type RoomCursor } from './room-feed.ts';
import { tabMessageSchema, type TabMessage } from './tab-message.ts';
import { wantsEveryMs } from './tab-wants.ts';
import { joinTabs, type TabPlatform } from './tabs.ts';
import type { TokenKeeper } from './token-keeper.ts';

/** A room of mine as the server says it stands. */
export interface StandingRoom extends RoomCursor {
  readonly roomId: string;
  /** How far I have read; undefined where it is not said, or this page knows better. */
  readonly readSeq?: number | undefined;
}

export type LiveEvent =
  /** The next frame of a room that is held: none is missing, none comes twice. */
  | { readonly type: 'frame'; readonly frame: DurableFrame }
  | { readonly type: 'momentary'; readonly frame: MomentaryFrame }
  /** There is a connection (again): my rooms as they stand. Some may be new, some gone. */
  | {
      readonly type: 'ready';
      readonly rooms: readonly StandingRoom[];
      readonly directoryVersion: number;
    }
  /** Drop what is held of the room, fetch it afresh, then `hold` it again. */
  | { readonly type: 'reset'; readonly roomId: string; readonly epoch: number }
  /** The room is not there any more, or not this person's to read. */
  | { readonly type: 'gone'; readonly roomId: string }
  /** Something that was said over the socket was refused; what the outbox sent is told there instead. */
  | { readonly type: 'problem'; readonly id: string | undefined; readonly problem: ProblemDetails };

export interface LiveClientOptions {
  readonly userId: string;
  readonly tokens: TokenKeeper;
  /** `() => new WebSocket(url, subprotocol)`. */
  readonly openSocket: () => SocketLike;
  /** `GET /chat/rooms/{id}/events?after=`: one page; rejects when there is no answer. */
  readonly fetchFrames: (roomId: string, after: number) => Promise<FetchedFrames>;
  /** `POST /chat/rooms/{id}/messages`, for what is too large for a frame; rejects when the outcome is not known. */
  readonly postMessage: (entry: OutboxEntry) => Promise<SendOutcome>;
  /** `localStorage`. */
  readonly storage: KeyValueStorage;
  readonly platform: TabPlatform;
  /** `() => navigator.onLine`. */
  readonly isOnline: () => boolean;
}

export interface LiveClient {
  readonly connection: BehaviorSubject<ConnectionState>;
  readonly outbox: BehaviorSubject<readonly OutboxEntry[]>;
  readonly events: Observable<LiveEvent>;
  /** From here on the frames of the room after `cursor` come out; call it with what was fetched. */
  hold(roomId: string, cursor: RoomCursor): void;
  release(roomId: string): void;
  send(
    roomId: string,
    text: string,
    relation?: { readonly replyTo?: string | undefined; readonly threadOf?: string | undefined },
  ): OutboxEntry;
  retry(entryId: string): void;
  discard(entryId: string): void;
  typing(roomId: string): void;
  markRead(roomId: string, seq: number): void;
  /** The person marks the room unread after this seq; the server is told by HTTP. */
  takeBackRead(roomId: string, seq: number): void;
  /** The page is hidden and may be gone the next moment: what is held back is said now. */
  hurry(): void;
  setPresence(status: 'online' | 'away'): void;
  /** Receive a room that one may read but is not in, until `leave`. */
  join(roomId: string): void;
  leave(roomId: string): void;
  /** For the page's `online`, `offline` and `visibilitychange` events: a look at the page is a reason to hurry. */
  network(isOnline: boolean): void;
  stop(): void;
}

/** People see "is typing" for some seconds; saying it more often is noise. */
const typingEveryMs = 3_000;
/** After `ready` the frames that were missed come by themselves; what has not come then is fetched. */
const catchUpPatienceMs = 3_000;

/**
 * One connection for all tabs of a browser. Each tab holds what it shows; the tab that leads holds the socket,
 * tells the others what it hears and says what they want said.
 */
export function createLiveClient(options: LiveClientOptions): LiveClient {
  const { userId, storage, platform, fetchFrames } = options;
  const tabId = newId();
  const tabs = joinTabs(`verbatim.live.${userId}`, platform);
  const events = new Subject<LiveEvent>();
  const connection = new BehaviorSubject<ConnectionState>({ status: 'idle' });
  const outbox = createOutbox(createOutboxStorage(storage, userId));
  const feed = createRoomFeed(fetchFrames, (event) => {
    if (event.type === 'frame' && event.frame.type === 'message') outbox.settle(event.frame.message.id);
    events.next(event);
  });
  const joined = new Set<string>();
  const typedAtMs = new Map<string, number>();
  let presence: 'online' | 'away' = 'online';
  let leadership: Leadership | undefined;

  const tell = (message: TabMessage): void => tabs.tell(message);
  const say = (frame: ClientFrame): void => {
    if (leadership === undefined) tell({ kind: 'say', frame });
    else leadership.link.say(frame);
  };
  const sayWants = (): void => {
    leadership?.want(tabId, [...joined], presence);
    if (leadership === undefined) tell({ kind: 'wants', tabId, rooms: [...joined], presence });
  };
  const readMarks = createReadMarks((roomId, seq) => {
    if (connection.value.status === 'live') say({ type: 'read', roomId, seq });
    return connection.value.status === 'live';
  });

  const hear = (frame: ServerFrame): void => {
    switch (frame.type) {
      case 'ready':
        for (const { roomId, seq, epoch } of frame.rooms)
          feed.expect(roomId, { seq, epoch }, catchUpPatienceMs);
        events.next({
          type: 'ready',
          rooms: frame.rooms.map(({ readSeq, ...room }) => ({
            ...room,
            readSeq: readSeq === undefined ? undefined : readMarks.hearAnew(room.roomId, readSeq),
          })),
          directoryVersion: frame.directoryVersion,
        });
        return;
      case 'gap':
        feed.skip(frame.roomId, frame.to);
        return;
      case 'reset':
        feed.reset(frame.roomId, frame.epoch);
        return;
      case 'error':
        if (frame.id !== undefined && isWorthRetrying(frame.problem) && readMarks.refused(frame.id)) return;
        if (!outbox.entries.value.some(({ id }) => id === frame.id))
          events.next({ type: 'problem', id: frame.id, problem: frame.problem });
        return;
      case 'room_added':
        feed.expect(frame.roomId, { seq: frame.lastSeq, epoch: frame.epoch }, catchUpPatienceMs);
        events.next({ type: 'momentary', frame });
        return;
      case 'room_removed':
        feed.release(frame.roomId);
        events.next({ type: 'momentary', frame });
        return;
      case 'read':
        if (frame.userId === userId && readMarks.hear(frame.roomId, frame.readSeq) === undefined) return;
        events.next({ type: 'momentary', frame });
        return;
      case 'typing':
      case 'presence':
      case 'directory':
        events.next({ type: 'momentary', frame });
        return;
      case 'ack':
      case 'pong':
        return;
      default:
        feed.take(frame);
    }
  };
  const takeState = (state: ConnectionState): void => {
    connection.next(state);
    if (state.status === 'live') readMarks.flush();
  };

  const lead = (): void => {
    leadership = createLeadership({
      ...options,
      outbox,
      held: () => feed.cursors(),
      onFrame: (frame) => {
        tell({ kind: 'heard', frame });
        hear(frame);
      },
      onState: (state) => {
        tell({ kind: 'connection', state });
        takeState(state);
      },
    });
    tell({ kind: 'leading' });
    sayWants();
  };
  const follow = (message: TabMessage): void => {
    switch (message.kind) {
      case 'leading':
        sayWants();
        return;
      case 'wants':
        if (leadership?.want(message.tabId, message.rooms, message.presence) !== true) return;
        tell({ kind: 'connection', state: connection.value });
        tell({
          kind: 'latest',
          rooms: [...leadership.latest].map(([roomId, { seq, epoch }]) => ({ roomId, seq, epoch })),
        });
        return;
      case 'say':
        leadership?.link.say(message.frame);
        return;
      case 'heard':
        if (leadership === undefined) hear(message.frame);
        return;
      case 'connection':
        if (leadership === undefined) takeState(message.state);
        return;
      case 'latest':
        for (const { roomId, seq, epoch } of message.rooms) feed.expect(roomId, { seq, epoch }, 0);
        return;
      case 'outbox':
        outbox.apply(message.change);
    }
  };

  const running = new Subscription();
  running.add(outbox.changes.subscribe((change) => tell({ kind: 'outbox', change })));
  running.add(
    tabs.messages.subscribe((data) => {
      const message = tabMessageSchema.safeParse(data);
      if (message.success) follow(message.data); // else: a tab of another version
    }),
  );
  const wanting = setInterval(sayWants, wantsEveryMs);
  running.add(tabs.isLeader.subscribe((isLeader) => isLeader && lead()));
  if (leadership === undefined) sayWants();

  return {
    connection,
    outbox: outbox.entries,
    events,
    hold: (roomId, cursor) => feed.hold(roomId, cursor),
    release: (roomId) => feed.release(roomId),
    send: (roomId, text, relation = {}) => {
      // It ended the typing that was told: whoever goes on typing begins anew.
      typedAtMs.delete(roomId);
      return outbox.add({ roomId, text, ...relation });
    },
    retry: (entryId) => outbox.retry(entryId),
    discard: (entryId) => outbox.discard(entryId),
    typing: (roomId) => {
      const nowMs = Date.now();
      if (nowMs - (typedAtMs.get(roomId) ?? 0) < typingEveryMs) return;
      typedAtMs.set(roomId, nowMs);
      say({ type: 'typing', roomId });
    },
    markRead: (roomId, seq) => readMarks.mark(roomId, seq),
    takeBackRead: (roomId, seq) => readMarks.takeBack(roomId, seq),
    hurry: () => readMarks.hurry(),
    setPresence: (status) => {
      presence = status;
      sayWants();
    },
    join: (roomId) => {
      joined.add(roomId);
      sayWants();
    },
    leave: (roomId) => {
      joined.delete(roomId);
      sayWants();
    },
    network: (isOnline) => leadership?.link.network(isOnline),
    stop: () => {
      readMarks.stop();
      tell({ kind: 'wants', tabId, rooms: [], presence: 'gone' });
      running.unsubscribe();
      clearInterval(wanting);
      leadership?.stop();
      leadership = undefined;
      feed.stop();
      tabs.stop();
      connection.next({ status: 'idle' });
    },
  };
}
