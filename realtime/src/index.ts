export type {
  CommandCaller,
  CommandGateway,
  CommandOutcome,
  MessageCommand,
} from './commands/command-gateway.ts';
export { relayLimitsOf, type RelayLimits } from './limits/relay-limits.ts';
export { createRelay, type Relay, type RelayOptions } from './relay.ts';
export { startRealtimeService, type RealtimeService, type RealtimeServiceOptions } from './service.ts';
