export { freshDatabase, type FreshDatabase } from './fresh-database.ts';
export {
  freshEventStore,
  freshEventStoreProcess,
  type EventStoreProcess,
  type FreshEventStore,
} from './fresh-event-store.ts';
export { killIfThere } from './kill-if-there.ts';
export { hasNatsServer, startNatsServer, type NatsServer } from './nats-server.ts';
