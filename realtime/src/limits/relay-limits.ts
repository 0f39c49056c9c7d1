import type { Rate } from './token-bucket.ts';

/** What clients may use of a relay. */
export interface RelayLimits {
  readonly framesOfSocket: Rate;
  readonly framesOfUser: Rate;
  readonly socketsOfUser: number;
  readonly socketsOfAddress: number;
  readonly sockets: number;
  /** Sockets that have not said hello yet. */
  readonly greetingsOfAddress: number;
  readonly greetings: number;
  /** Rooms that one connection may receive, its own included. */
  readonly roomsOfSocket: number;
  /** Commands of a connection that wait for their answers; then it is not read from. */
  readonly pendingCommandsOfSocket: number;
  readonly helloWithinMs: number;
}

const relayLimits: RelayLimits = {
  framesOfSocket: { burst: 300, perSecond: 60 },
  framesOfUser: { burst: 600, perSecond: 120 },
  socketsOfUser: 100,
  /** Whole offices come from one address. */
  socketsOfAddress: 5_000,
  sockets: 50_000,
  greetingsOfAddress: 1_500,
  greetings: 5_000,
  roomsOfSocket: 10_000,
  pendingCommandsOfSocket: 256,
  helloWithinMs: 5_000,
};

const anyRate: Rate = { burst: Number.MAX_SAFE_INTEGER, perSecond: Number.MAX_SAFE_INTEGER };

/** Without those that count people and their haste: what bounds one connection stays. */
const withoutRates: RelayLimits = {
  ...relayLimits,
  framesOfSocket: anyRate,
  framesOfUser: anyRate,
  socketsOfUser: Infinity,
  socketsOfAddress: Infinity,
  sockets: Infinity,
  greetingsOfAddress: Infinity,
  greetings: Infinity,
  roomsOfSocket: Infinity,
};

/** By `VERBATIM_RATE_LIMITS`. */
export const relayLimitsOf = (areRatesLimited: boolean): RelayLimits =>
  areRatesLimited ? relayLimits : withoutRates;
