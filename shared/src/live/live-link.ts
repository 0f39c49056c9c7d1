import { BehaviorSubject, Subject, filter, firstValueFrom, type Observable } from 'rxjs';
import { fullJitterMs } from '../event-store/back-off.ts';
import { closeCodes, type ClientFrame } from '../frames/client-frames.ts';
import { serverFrameSchema, type ServerFrame } from '../frames/server-frames.ts';
import { limits } from '../http/limits.ts';
import { nextConnection, type ConnectionEvent, type ConnectionState } from './connection-state.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import type { SendOutcome } from './outbox.ts';
import type { RoomCursor } from './room-feed.ts';
import type { TokenKeeper } from './token-keeper.ts';

/** A `WebSocket`, as far as needed. */
export interface SocketLike {
  send(data: string): void;
  close(): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
}

export interface LinkOptions {
  /** `() => new WebSocket(url, subprotocol)`. */
  readonly openSocket: () => SocketLike;
  readonly tokens: TokenKeeper;
  /** Where each room is to be resumed from; asked before every hello. */
  readonly resume: () => ReadonlyMap<string, RoomCursor>;
  /** Sends by HTTP what is too large for a frame; rejects when the answer is not known. */
  readonly postMessage: (entry: OutboxEntry) => Promise<SendOutcome>;
  readonly isOnline: () => boolean;
}

/** The one socket of a browser: connects, says hello, comes back, notices silence, renews its token. */
export interface LiveLink {
  readonly state: BehaviorSubject<ConnectionState>;
  readonly frames: Observable<ServerFrame>;
  /** Momentary things are said or dropped: there is no point in saying them later. */
  say(frame: ClientFrame): void;
  transmit(entry: OutboxEntry): Promise<SendOutcome>;
  /** The browser says that it is on line or off line, or that the page is looked at again. */
  network(isOnline: boolean): void;
  stop(): void;
}

/** A restart is over in seconds: for that long everybody tries often. After that it is worse, and they spread out. */
const hopefulTries = 10;
const hopefulBackOff = { baseMs: 500, capMs: 3_000 };
const patientBackOff = { baseMs: 500, capMs: 15_000 };
/** From opening the socket to `ready`. */
const readyWithinMs = 10_000;
const answerWithinMs = 10_000;
/** Silence is taken for death after this many heartbeats. */
const silentHeartbeats = 2;

export function startLiveLink({ openSocket, tokens, resume, postMessage, isOnline }: LinkOptions): LiveLink {
  const state = new BehaviorSubject<ConnectionState>({ status: 'idle' });
  const frames = new Subject<ServerFrame>();
  const answers = new Map<string, (outcome: SendOutcome) => void>();
  let socket: SocketLike | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let usedToken: string | undefined;
  let refusedToken: string | undefined;
  let heardAtMs = 0;

  const dispatch = (event: ConnectionEvent): void => {
    const next = nextConnection(state.value, event);
    if (next === state.value) return;
    clearTimeout(timer);
    if (next.status !== 'live') dropSocket();
    state.next(next);
    if (next.status === 'connecting') void connect(next);
    if (next.status === 'live') watchSilence(next.heartbeatMs);
    if (next.status === 'waiting') {
      const backOff = next.attempt < hopefulTries ? hopefulBackOff : patientBackOff;
      const waitMs = next.retryAfterMs + fullJitterMs(next.attempt, backOff);
      timer = setTimeout(() => dispatch({ type: 'waited' }), waitMs);
    }
  };
  const dropSocket = (): void => {
    const dropped = socket;
    socket = undefined;
    dropped?.close();
    for (const settle of [...answers.values()]) settle({ status: 'unknown' });
  };
  const lost = (code: number, reason: string): void => dispatch({ type: 'closed', code, reason });

  const connect = async (connecting: ConnectionState): Promise<void> => {
    let token: string | undefined;
    try {
      token = await (refusedToken === undefined ? tokens.get() : tokens.replace(refusedToken));
    } catch {
      if (state.value === connecting) lost(0, '');
      return;
    }
    if (state.value !== connecting) return;
    if (token === undefined) {
      dispatch({ type: 'no-token' });
      return;
    }
    usedToken = token;
    timer = setTimeout(() => lost(0, ''), readyWithinMs);
    open(token);
  };
  const open = (token: string): void => {
    const opened = openSocket();
    socket = opened;
    const isCurrent = (): boolean => socket === opened;
    opened.addEventListener('open', () => {
      if (isCurrent()) say({ type: 'hello', token, resume: Object.fromEntries(resume()) });
    });
    opened.addEventListener('message', ({ data }) => {
      if (isCurrent()) hear(data);
    });
    opened.addEventListener('close', ({ code, reason }) => {
      if (!isCurrent()) return;
      if (code === closeCodes.unauthenticated) refusedToken = usedToken;
      lost(code, reason);
    });
    opened.addEventListener('error', () => undefined); // a close follows and says more
  };

  const hear = (data: unknown): void => {
    heardAtMs = Date.now();
    const parsed = serverFrameSchema.safeParse(parseJson(data));
    if (!parsed.success) return; // of a newer server; what is missing by it is found by seq
    const frame = parsed.data;
    if (frame.type === 'ack') answers.get(frame.id)?.({ status: 'taken', position: frame.position });
    if (frame.type === 'error' && frame.id !== undefined)
      answers.get(frame.id)?.({ status: 'refused', problem: frame.problem });
    frames.next(frame);
    // How things stand is heard before anything is said.
    if (frame.type === 'ready') {
      refusedToken = undefined;
      dispatch({ type: 'ready', connectionId: frame.connectionId, heartbeatMs: frame.heartbeatMs });
    }
  };
  const say = (frame: ClientFrame): void => socket?.send(JSON.stringify(frame));

  /** A connection may die without a word (sleep, a lost network): then only silence tells. */
  const watchSilence = (heartbeatMs: number): void => {
    timer = setTimeout(() => {
      const silentMs = Date.now() - heardAtMs;
      if (silentMs >= heartbeatMs * silentHeartbeats) {
        lost(0, '');
        return;
      }
      if (silentMs >= heartbeatMs / 2) say({ type: 'ping' });
      watchSilence(heartbeatMs);
    }, heartbeatMs / 2);
  };

  const renewing = tokens.renewed.subscribe(({ token }) => {
    if (state.value.status !== 'live') return;
    usedToken = token;
    say({ type: 'token', token });
  });
  const whenLive = () => firstValueFrom(state.pipe(filter(({ status }) => status === 'live')));

  const transmit = async (entry: OutboxEntry): Promise<SendOutcome> => {
    if (state.value.status !== 'live') await whenLive();
    const { id, roomId, text, replyTo, threadOf } = entry;
    const frame: ClientFrame = {
      type: 'message',
      id,
      roomId,
      text,
      ...(replyTo !== undefined && { replyTo }),
      ...(threadOf !== undefined && { threadOf }),
    };
    if (new TextEncoder().encode(JSON.stringify(frame)).length > limits.frameBytes) return postMessage(entry);
    return new Promise((resolve) => {
      const settle = (outcome: SendOutcome): void => {
        clearTimeout(expiry);
        answers.delete(id);
        resolve(outcome);
      };
      const expiry = setTimeout(() => settle({ status: 'unknown' }), answerWithinMs);
      answers.set(id, settle);
      say(frame);
    });
  };

  dispatch({ type: 'start', online: isOnline() });
  return {
    state,
    frames,
    say: (frame) => {
      if (state.value.status === 'live') say(frame);
    },
    transmit,
    network: (online) => dispatch({ type: online ? 'online' : 'offline' }),
    stop: () => {
      renewing.unsubscribe();
      dispatch({ type: 'stop' });
    },
  };
}

function parseJson(data: unknown): unknown {
  try {
    return typeof data === 'string' ? JSON.parse(data) : undefined;
  } catch {
    return undefined;
  }
}
