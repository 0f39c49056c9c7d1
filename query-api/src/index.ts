export { createQueryApi, type QueryApi, type QueryApiOptions } from './create-query-api.ts';
export { queryRoutes } from './query-routes.ts';
export { proveConsistency, proveInclusion } from './record/proofs/prove.ts';
export { recordRoutes } from './record/record-part.ts';
