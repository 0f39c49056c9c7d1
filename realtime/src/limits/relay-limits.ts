import type { Rate } from './token-bucket.ts';

/** What clients may use of a relay. All but the last three are lifted by `VERBATIM_RATE_LIMITS=off`. */
export const relayLimits = {
  framesOfSocket: { burst: 300, perSecond: 60 } satisfies Rate,
  framesOfUser: { burst: 600, perSecond: 120 } satisfies Rate,
  socketsOfUser: 100,
  /** Whole offices come from one address. */
  socketsOfAddress: 5_000,
  sockets: 50_000,
  /** Sockets that have not said hello yet. */
  greetingsOfAddress: 1_500,
  greetings: 5_000,
  /** Rooms that one connection may receive, its own included. */
  roomsOfSocket: 10_000,
  /** Commands of a connection that wait for their answers; then it is not read from. */
  pendingCommandsOfSocket: 256,
  helloWithinMs: 5_000,
} as const;
