import { accountRoutes } from '../accounts/account-routes.ts';
import { complianceRoutes } from '../compliance/compliance-routes.ts';
import type { Route } from '../http/route.ts';
import { importRoutes } from '../import/import-routes.ts';
import { messageRoutes } from '../message/message-routes.ts';
import { organizationRoutes } from '../organization/organization-routes.ts';
import { readingRoutes } from '../reading/reading-routes.ts';
import { roomRoutes } from '../room/room-routes.ts';

/**
 * Every route there is. Routing, validation, rate limits, OpenAPI and the access tests all come from here. The busiest
 * stand first: the router tries them in this order.
 */
export const catalogue: readonly Route[] = [
  ...messageRoutes,
  ...readingRoutes,
  ...roomRoutes,
  ...accountRoutes,
  ...organizationRoutes,
  ...importRoutes,
  ...complianceRoutes,
];
