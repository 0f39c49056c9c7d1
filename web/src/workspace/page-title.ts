import type { Route } from '../routing/route.ts';
import { roomTitle } from '../rooms/room-title.ts';
import type { Workspace } from './workspace.svelte.ts';

const pageNames: Partial<Record<Route['page'], string>> = {
  mentions: 'Mentions',
  browse: 'Browse channels',
  people: 'People',
  search: 'Search',
  me: 'Me',
  settings: 'Settings',
  administration: 'Administration',
  record: 'The record',
};

/** What the browser's tab says: how much calls for an answer, and where one is. */
export function titleOf(workspace: Workspace, route: Route, calls: number): string {
  const place = placeOf(workspace, route);
  return `${calls > 0 ? `(${calls}) ` : ''}${place === undefined ? '' : `${place} · `}Verbatim`;
}

function placeOf({ list, directory, me }: Workspace, route: Route): string | undefined {
  if (route.page !== 'room') return pageNames[route.page];
  const room = list.get(route.roomId);
  return room && roomTitle(room, directory, me.user.id);
}
