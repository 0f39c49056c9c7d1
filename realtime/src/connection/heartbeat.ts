import { closeCodes } from '@verbatim/shared';
import type { Connection } from './connection.ts';
import { heartbeatMs } from './greet.ts';

/** Silence is taken for death after so many heartbeats. */
const silentHeartbeats = 2.2;

/** Looks after every connection once a second: greetings that are due, tokens that end, peers that are gone. */
export function lookAfter(connections: Iterable<Connection>, nowMs: number): void {
  for (const connection of connections) {
    const { phase } = connection;
    if (phase.status === 'greeting' && nowMs > phase.helloUntilMs)
      connection.close(closeCodes.unauthenticated);
    else if (phase.status === 'ready' && nowMs > phase.identity.claims.expiresAt.getTime())
      connection.close(closeCodes.unauthenticated);
    else if (nowMs - connection.heardAtMs > heartbeatMs * silentHeartbeats) connection.terminate();
    else if (nowMs >= connection.pingAtMs) {
      if (connection.pingAtMs > 0) connection.ping();
      // Spread, so that the answers of many do not come in step.
      connection.pingAtMs = nowMs + heartbeatMs * (0.6 + 0.4 * Math.random());
    }
  }
}
