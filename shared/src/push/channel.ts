import type { Observable } from 'rxjs';
import type { PeerMessage } from './peer-message.ts';
import type { PushBatch } from './push.ts';

/** The projectors' end of the internal channel. */
export interface PushPublisher {
  /** Hands a committed batch to every relay that listens now. Never waits and never throws. */
  publish(batch: PushBatch): void;
  /** Where relays find this publisher, once it can be reached. */
  readonly url: Promise<string>;
  stop(): Promise<void>;
}

export type PushEvent =
  /** From here on every push arrives; what was pushed before, while nobody listened, must be looked for. */
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected'; readonly cause: unknown }
  | { readonly type: 'batch'; readonly batch: PushBatch }
  | { readonly type: 'peer'; readonly message: PeerMessage };

/** The relays' end of the internal channel. */
export interface PushSubscriber {
  /** Connects when it is subscribed to, and again for ever after a loss. Never errors, never completes by itself. */
  readonly events: Observable<PushEvent>;
  /** Tells the other relays; while there is no connection the message is dropped. */
  sendToPeers(message: PeerMessage): void;
  stop(): Promise<void>;
}
