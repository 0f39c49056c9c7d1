export { startEventStore, type EventStoreServer } from './server.ts';
export type { EventStoreOptions } from './options.ts';
