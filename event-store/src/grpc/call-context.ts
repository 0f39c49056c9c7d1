import type { EventEmitter } from 'node:events';
import type { Deadline, Metadata, ServerUnaryCall } from '@grpc/grpc-js';
import type { Authentication, Credentials } from '../security/authentication.ts';
import type { Principal } from '../security/principal.ts';

/** What every handler may want to know about its call. */
export interface CallContext {
  readonly user: Principal;
  readonly peer: string;
  /** What the client calls its connection. */
  readonly connectionName: string;
  /** Aborts when the client has cancelled or gone. */
  readonly signal: AbortSignal;
  /** When the client stops waiting, in ms since the epoch; Infinity if never. */
  readonly deadlineMs: number;
}

type Call = EventEmitter & {
  readonly metadata: Metadata;
  getPeer(): string;
  getDeadline(): Deadline;
  getAuthContext(): ReturnType<ServerUnaryCall<unknown, unknown>['getAuthContext']>;
};

export async function contextOf(call: Call, authentication: Authentication): Promise<CallContext> {
  const controller = new AbortController();
  call.on('cancelled', () => controller.abort());
  const deadline = call.getDeadline();
  return {
    user: await authentication.authenticate(credentialsOf(call)),
    peer: call.getPeer(),
    connectionName: textOf(call.metadata, 'connection-name') ?? '',
    signal: controller.signal,
    deadlineMs: typeof deadline === 'number' ? deadline : deadline.getTime(),
  };
}

function credentialsOf(call: Call): Credentials {
  const commonName = call.getAuthContext().sslPeerCertificate?.subject.CN;
  return {
    authorization: textOf(call.metadata, 'authorization'),
    certificateName: Array.isArray(commonName) ? commonName[0] : commonName,
  };
}

function textOf(metadata: Metadata, key: string): string | undefined {
  return metadata.get(key)[0]?.toString();
}
