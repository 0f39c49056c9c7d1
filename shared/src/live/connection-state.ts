import { assertNever } from '../assert-never.ts';
import { closeCodes } from '../frames/client-frames.ts';
import { retryAfterMsOf } from '../frames/retry-after.ts';

/** Where the one connection of this browser stands. `attempt` counts from 0 since it was last live. */
export type ConnectionState =
  | { readonly status: 'idle' }
  | { readonly status: 'connecting'; readonly attempt: number }
  | { readonly status: 'live'; readonly connectionId: string; readonly heartbeatMs: number }
  | { readonly status: 'waiting'; readonly attempt: number; readonly retryAfterMs: number }
  /** The browser says that there is no network: it is not even tried until that changes. */
  | { readonly status: 'offline' }
  /** The session has ended and cannot be renewed: somebody has to log in. */
  | { readonly status: 'signed-out' };

export type ConnectionEvent =
  | { readonly type: 'start'; readonly online: boolean }
  | { readonly type: 'stop' }
  | { readonly type: 'ready'; readonly connectionId: string; readonly heartbeatMs: number }
  | { readonly type: 'closed'; readonly code: number; readonly reason: string }
  | { readonly type: 'waited' }
  | { readonly type: 'online' }
  | { readonly type: 'offline' }
  | { readonly type: 'no-token' };

/** Too many frames and too slow are our own doing: coming back at once would only repeat it. */
const calmDownMs = 2_000;

/** Pure and total: an event that means nothing in a state leaves it as it is. */
export function nextConnection(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  switch (event.type) {
    case 'start':
      if (state.status !== 'idle' && state.status !== 'signed-out') return state;
      return event.online ? { status: 'connecting', attempt: 0 } : { status: 'offline' };
    case 'stop':
      return state.status === 'idle' ? state : { status: 'idle' };
    case 'ready': {
      const { connectionId, heartbeatMs } = event;
      return state.status === 'connecting' ? { status: 'live', connectionId, heartbeatMs } : state;
    }
    case 'closed':
      if (state.status === 'live') return afterLoss(0, event.code, event.reason);
      if (state.status === 'connecting') return afterLoss(state.attempt + 1, event.code, event.reason);
      return state;
    case 'waited':
      return state.status === 'waiting' ? { status: 'connecting', attempt: state.attempt } : state;
    case 'online':
      // Also when somebody only looks at the page: what the server said to wait for is waited for.
      return state.status === 'offline' || (state.status === 'waiting' && state.retryAfterMs === 0)
        ? { status: 'connecting', attempt: 0 }
        : state;
    case 'offline':
      return state.status === 'idle' || state.status === 'signed-out' ? state : { status: 'offline' };
    case 'no-token':
      return state.status === 'connecting' ? { status: 'signed-out' } : state;
    default:
      return assertNever(event);
  }
}

function afterLoss(attempt: number, code: number, reason: string): ConnectionState {
  const isOurDoing = code === closeCodes.tooManyFrames || code === closeCodes.tooSlow;
  const retryAfterMs = retryAfterMsOf(reason) ?? (isOurDoing ? calmDownMs : 0);
  return { status: 'waiting', attempt, retryAfterMs };
}
