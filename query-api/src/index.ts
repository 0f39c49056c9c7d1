export { createQueryApi, type QueryApi, type QueryApiOptions } from './create-query-api.ts';
export { queryRoutes } from './query-routes.ts';
export { recordRoutes } from './record/record-part.ts';
