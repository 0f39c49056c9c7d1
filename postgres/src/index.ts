export { findFreePort } from './free-port.ts';
export { PostgresFault } from './postgres-fault.ts';
export {
  startPostgres,
  stopWithinMs,
  type PostgresExit,
  type PostgresOptions,
  type PostgresServer,
} from './postgres-server.ts';
