import { directoryRoutes } from './directory/directory-routes.ts';
import type { QueryRoute } from './http/query-route.ts';
import { messageRoutes } from './messages/message-routes.ts';
import { roomRoutes } from './rooms/room-routes.ts';
import { searchRoutes } from './search/search-routes.ts';

/** Every query that is a question with one answer. Routing, validation, OpenAPI and the access tests come from here. */
export const queryRoutes: readonly QueryRoute[] = [
  ...roomRoutes,
  ...messageRoutes,
  ...searchRoutes,
  ...directoryRoutes,
];
