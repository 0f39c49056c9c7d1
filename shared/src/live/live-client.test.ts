import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EMPTY } from 'rxjs';
import type { ClientFrame } from '../frames/client-frames.ts';
import type { ServerFrame } from '../frames/server-frames.ts';
import { createLiveClient, type LiveClient, type LiveEvent } from './live-client.ts';
import type { SocketLike } from './live-link.ts';
import { memoryStorage } from './memory-storage-fixture.ts';

const myId = '01890000-0000-7000-8000-00000000000a';
const channel = '01890000-0000-7000-8000-000000000001';

/** The far end of a socket, as the relay would be. */
class FarEnd {
  readonly heard: ClientFrame[] = [];
  readonly #listeners = new Map<string, ((event: never) => void)[]>();
  readonly socket: SocketLike = {
    send: (data) => void this.heard.push(JSON.parse(data) as ClientFrame),
    close: () => undefined,
    addEventListener: (type: string, listener: (event: never) => void) => {
      this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
    },
  };

  say(frame: ServerFrame): void {
    this.#happen('message', { data: JSON.stringify(frame) });
  }

  open(): void {
    this.#happen('open', {});
  }

  cut(): void {
    this.#happen('close', { code: 1006, reason: '' });
  }

  /** What was said besides hello. */
  get said(): ClientFrame[] {
    return this.heard.filter(({ type }) => type !== 'hello');
  }

  #happen(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
}

const ready = (rooms: { roomId: string; readSeq?: number }[] = []): ServerFrame => ({
  type: 'ready',
  connectionId: 'c',
  userId: myId,
  heartbeatMs: 25_000,
  directoryVersion: 0,
  rooms: rooms.map((room) => ({ seq: 9, epoch: 0, ...room })),
});

/** Sockets that were made and are not open yet. */
let unopened: FarEnd[];
let client: LiveClient;
let events: LiveEvent[];

beforeEach(() => {
  vi.useFakeTimers();
  unopened = [];
  events = [];
  client = createLiveClient({
    userId: myId,
    tokens: {
      get: () => Promise.resolve('token'),
      replace: () => Promise.resolve('token'),
      set: () => undefined,
      renewed: EMPTY,
      stop: () => undefined,
    },
    openSocket: () => {
      const end = new FarEnd();
      unopened.push(end);
      return end.socket;
    },
    fetchFrames: () => Promise.reject(new Error('not asked for')),
    postMessage: () => Promise.reject(new Error('not asked for')),
    storage: memoryStorage(),
    platform: {},
    isOnline: () => true,
  });
  client.events.subscribe((event) => events.push(event));
});
afterEach(() => {
  client.stop();
  vi.useRealTimers();
});

const patience = { timeout: 30_000 };

/** The next connection, just opened. */
async function opened(): Promise<FarEnd> {
  const end = await vi.waitFor(() => {
    vi.advanceTimersByTime(500);
    const [first] = unopened.splice(0);
    if (first === undefined) throw new Error('no socket was opened');
    return first;
  }, patience);
  end.open();
  return end;
}

describe('a connection that is live', () => {
  test('is told at once what was wanted while there was none', async () => {
    client.join(channel);
    client.setPresence('away');
    const end = await opened();
    expect(end.said).toEqual([]);
    end.say(ready());
    expect(end.said).toEqual([
      { type: 'join_room', roomId: channel },
      { type: 'presence', status: 'away' },
    ]);
  });

  test('goes on receiving a room that was read along and is one’s own by now', async () => {
    const end = await opened();
    end.say(ready());
    client.join(channel);
    end.say(added({ own: false }));
    end.say(added({ own: true }));
    client.leave(channel);
    expect(end.said.filter(({ type }) => type === 'leave_room')).toEqual([]);
  });

  test('neither asks for a room that has become one’s own nor declines it', async () => {
    const end = await opened();
    end.say(ready());
    end.say(added({ own: true }));
    client.join(channel);
    client.leave(channel);
    expect(end.said.filter(({ type }) => type !== 'presence')).toEqual([]);
  });

  test('is asked again for a room that is one’s own no more and read along', async () => {
    const end = await opened();
    end.say(ready());
    client.join(channel);
    end.say(added({ own: true }));
    end.say({ type: 'room_removed', roomId: channel });
    client.join(channel);
    expect(end.said.filter(({ type }) => type === 'join_room')).toHaveLength(2);
  });
});

describe('how far one has read', () => {
  const heardReads = () =>
    events.flatMap((event) =>
      event.type === 'momentary' && event.frame.type === 'read' ? [event.frame.readSeq] : [],
    );

  test('is not heard of where more than that was said meanwhile', async () => {
    const end = await opened();
    end.say(ready([{ roomId: channel, readSeq: 3 }]));
    client.markRead(channel, 5);
    client.markRead(channel, 6);
    end.say({ type: 'read', roomId: channel, userId: myId, readSeq: 5 });
    expect(heardReads()).toEqual([]);
    vi.advanceTimersByTime(2_000);
    end.say({ type: 'read', roomId: channel, userId: myId, readSeq: 6 });
    expect(heardReads()).toEqual([6]);
  });

  test('is said again when the connection died before it was known', async () => {
    const first = await opened();
    first.say(ready([{ roomId: channel, readSeq: 3 }]));
    client.markRead(channel, 9);
    first.cut();
    vi.advanceTimersByTime(2_000);
    const second = await opened();
    second.say(ready([{ roomId: channel, readSeq: 3 }]));
    expect(second.said).toContainEqual({ type: 'read', roomId: channel, seq: 9 });
    const told = events.findLast((event) => event.type === 'ready');
    expect(told?.rooms.map(({ readSeq }) => readSeq)).toEqual([undefined]);
  });

  test('is said again when it was refused for now, and nobody is bothered', async () => {
    const end = await opened();
    end.say(ready([{ roomId: channel, readSeq: 3 }]));
    client.markRead(channel, 9);
    end.say({
      type: 'error',
      id: channel,
      problem: { type: 'urn:verbatim:problem:unavailable', title: '', status: 503, code: 'unavailable' },
    });
    vi.advanceTimersByTime(2_000);
    expect(end.said.filter(({ type }) => type === 'read')).toHaveLength(2);
    expect(events.filter(({ type }) => type === 'problem')).toEqual([]);
  });
});

const added = ({ own }: { readonly own: boolean }): ServerFrame => ({
  type: 'room_added',
  roomId: channel,
  lastSeq: 10,
  epoch: 0,
  own,
});
