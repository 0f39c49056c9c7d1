import { describe, expect, it } from 'vitest';
import { hrefOf, parseRoute, type Route } from './route.ts';

const roomId = '01980d5e-3f6e-7aaa-8bbb-1234567890ab';
const messageId = '01980d5e-3f6e-7aaa-8bbb-1234567890ac';
const parse = (path: string) => parseRoute(new URL(path, 'http://localhost:8080'));

const routes: Route[] = [
  { page: 'home' },
  { page: 'log-in' },
  { page: 'sign-up' },
  { page: 'people' },
  { page: 'invite', code: 'a/b c%20' },
  { page: 'room', roomId },
  { page: 'room', roomId, seq: 17 },
  { page: 'room', roomId, seq: 17, pane: { kind: 'thread', messageId } },
  { page: 'room', roomId, pane: { kind: 'history', messageId } },
  { page: 'room', roomId, pane: { kind: 'details' } },
  { page: 'search', q: '' },
  { page: 'search', q: 'from:ada "a b" ü#?&' },
  { page: 'administration', tab: 'invitations' },
  { page: 'record', view: 'room', id: roomId },
  { page: 'record', view: 'proofs' },
];

describe('an address', () => {
  it.each(routes)('of $page leads back to it', (route) => expect(parse(hrefOf(route))).toEqual(route));
  it('takes an invitation code from the fragment too', () =>
    expect(parse('/invite#secret')).toEqual({ page: 'invite', code: 'secret' }));
  it.each(['/rooms/nonsense', '/rooms', '/no/such/place', '/people/1', '/%', '/a/b/c/d/e'])(
    '%s leads nowhere',
    (path) => expect(parse(path)).toEqual({ page: 'unknown' }),
  );
  it('ignores a place in the room that is no number', () =>
    expect(parse(`/rooms/${roomId}/abc`)).toEqual({ page: 'room', roomId }));
});
