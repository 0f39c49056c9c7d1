import { z } from 'zod';

/** What stands beside a room: one thing at a time, closed by going back. */
export type Pane =
  | { readonly kind: 'thread'; readonly messageId: string }
  | { readonly kind: 'details' }
  | { readonly kind: 'pins' }
  | { readonly kind: 'history'; readonly messageId: string };

export type RecordView = (typeof recordViews)[number];

/** Every place in the client that has an address of its own. */
export type Route =
  | { readonly page: 'home' | 'log-in' | 'sign-up' | 'mentions' | 'browse' | 'people' | 'me' | 'unknown' }
  | { readonly page: 'invite'; readonly code: string }
  | { readonly page: 'room'; readonly roomId: string; readonly seq?: number; readonly pane?: Pane }
  | { readonly page: 'search'; readonly q: string }
  | { readonly page: 'settings' }
  | { readonly page: 'administration'; readonly tab: 'people' | 'invitations' }
  | { readonly page: 'record'; readonly view: RecordView; readonly id?: string };

const plainPages = ['log-in', 'sign-up', 'mentions', 'browse', 'people', 'me', 'settings'] as const;
const recordViews = [
  'events',
  'room',
  'trail',
  'holds',
  'retention',
  'exports',
  'erasures',
  'proofs',
] as const;
const id = z.guid();

/** Reads an address of our own; one that leads nowhere is the page `unknown`, never an exception. */
export function parseRoute(url: URL): Route {
  const [first = '', second, third, ...rest] = url.pathname.split('/').filter(Boolean).map(decoded);
  if (rest.length > 0) return { page: 'unknown' };
  if (first === '') return { page: 'home' };
  if (first === 'rooms' && id.safeParse(second).success) return roomRoute(second ?? '', third, url);
  if (first === 'invite') return { page: 'invite', code: second ?? url.hash.slice(1) };
  if (first === 'search') return { page: 'search', q: url.searchParams.get('q') ?? '' };
  if (first === 'administration') {
    return { page: 'administration', tab: second === 'invitations' ? 'invitations' : 'people' };
  }
  if (first === 'record') return recordRoute(second, third);
  const plain = plainPages.find((page) => page === first);
  return plain === undefined || second !== undefined ? { page: 'unknown' } : { page: plain };
}

export function hrefOf(route: Route): string {
  switch (route.page) {
    case 'home':
    case 'unknown':
      return '/';
    case 'invite':
      return `/invite/${encodeURIComponent(route.code)}`;
    case 'room':
      return `/rooms/${route.roomId}${route.seq === undefined ? '' : `/${route.seq}`}${paneQuery(route.pane)}`;
    case 'search':
      return route.q === '' ? '/search' : `/search?${new URLSearchParams({ q: route.q }).toString()}`;
    case 'administration':
      return `/administration/${route.tab}`;
    case 'record':
      return `/record/${route.view}${route.id === undefined ? '' : `/${route.id}`}`;
    default:
      return `/${route.page}`;
  }
}

function roomRoute(roomId: string, seqText: string | undefined, url: URL): Route {
  const seq = seqText !== undefined && /^\d{1,15}$/.test(seqText) ? Number(seqText) : undefined;
  const pane = paneOf(url.searchParams);
  return {
    page: 'room',
    roomId: roomId.toLowerCase(),
    ...(seq !== undefined && { seq }),
    ...(pane !== undefined && { pane }),
  };
}

function recordRoute(view: string | undefined, about: string | undefined): Route {
  const known = recordViews.find((candidate) => candidate === view) ?? 'events';
  return {
    page: 'record',
    view: known,
    ...(id.safeParse(about).success && about !== undefined && { id: about }),
  };
}

function paneOf(query: URLSearchParams): Pane | undefined {
  for (const kind of ['thread', 'history'] as const) {
    const messageId = query.get(kind);
    if (id.safeParse(messageId).success && messageId !== null) return { kind, messageId };
  }
  const kind = query.get('pane');
  return kind === 'details' || kind === 'pins' ? { kind } : undefined;
}

function paneQuery(pane: Pane | undefined): string {
  if (pane === undefined) return '';
  return 'messageId' in pane ? `?${pane.kind}=${pane.messageId}` : `?pane=${pane.kind}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
