import type { EventEmitter } from 'node:events';
import type { Deadline, Metadata } from '@grpc/grpc-js';

/** What every handler may want to know about its call. */
export interface CallContext {
  readonly metadata: Metadata;
  readonly peer: string;
  /** Aborts when the client has cancelled or gone. */
  readonly signal: AbortSignal;
  /** When the client stops waiting, in ms since the epoch; Infinity if never. */
  readonly deadlineMs: number;
}

type Call = EventEmitter & { readonly metadata: Metadata; getPeer(): string; getDeadline(): Deadline };

export function contextOf(call: Call): CallContext {
  const controller = new AbortController();
  call.on('cancelled', () => controller.abort());
  const deadline = call.getDeadline();
  return {
    metadata: call.metadata,
    peer: call.getPeer(),
    signal: controller.signal,
    deadlineMs: typeof deadline === 'number' ? deadline : deadline.getTime(),
  };
}
