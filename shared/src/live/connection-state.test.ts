import { describe, expect, test } from 'vitest';
import { retryAfterReason } from '../frames/retry-after.ts';
import { nextConnection, type ConnectionState } from './connection-state.ts';

const live: ConnectionState = { status: 'live', connectionId: 'c', heartbeatMs: 25_000 };
const connecting = (attempt: number): ConnectionState => ({ status: 'connecting', attempt });
const closed = (code: number, reason = '') => ({ type: 'closed', code, reason }) as const;

describe('nextConnection', () => {
  test('counts the tries since it was live', () => {
    expect(nextConnection(live, closed(1006))).toEqual({ status: 'waiting', attempt: 0, retryAfterMs: 0 });
    expect(nextConnection(connecting(0), closed(1006))).toEqual({
      status: 'waiting',
      attempt: 1,
      retryAfterMs: 0,
    });
  });

  test('waits for as long as the server asks', () => {
    expect(nextConnection(live, closed(1012, retryAfterReason(1_500)))).toMatchObject({
      retryAfterMs: 1_500,
    });
  });

  test('calms down after it was cut for its own doing', () => {
    expect(nextConnection(live, closed(4429))).toMatchObject({ retryAfterMs: 2_000 });
    expect(nextConnection(live, closed(4408))).toMatchObject({ retryAfterMs: 2_000 });
  });

  test('tries at once when the network is back', () => {
    const waiting = nextConnection(connecting(7), closed(1006));
    expect(nextConnection(waiting, { type: 'online' })).toEqual(connecting(0));
    expect(nextConnection({ status: 'offline' }, { type: 'online' })).toEqual(connecting(0));
    const sentAway = { status: 'waiting', attempt: 0, retryAfterMs: 5_000 } as const;
    expect(nextConnection(sentAway, { type: 'online' })).toBe(sentAway);
  });

  test('does not try while there is no network, nor after the session has ended', () => {
    expect(nextConnection({ status: 'idle' }, { type: 'start', online: false })).toEqual({
      status: 'offline',
    });
    const signedOut = nextConnection(connecting(0), { type: 'no-token' });
    expect(nextConnection(signedOut, { type: 'online' })).toEqual({ status: 'signed-out' });
  });

  test('leaves the state as it is when an event comes late', () => {
    const waiting = nextConnection(live, closed(1006));
    expect(nextConnection(waiting, closed(1006))).toBe(waiting);
    expect(nextConnection(waiting, { type: 'ready', connectionId: 'x', heartbeatMs: 1 })).toBe(waiting);
    expect(nextConnection(live, { type: 'waited' })).toBe(live);
  });
});
