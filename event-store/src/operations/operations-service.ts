import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { Service, type ServiceEnvironment } from '../grpc/service.ts';
import { StatusError } from '../grpc/status-error.ts';
import { message, nested, noContent, text, uint } from '../protobuf/message.ts';
import { demand, type Access } from '../security/access.ts';

const EMPTY = Buffer.alloc(0);
const SCAVENGE_STOPPED = 2;

const stopScavengeRequest = message({ options: nested(1, message({ scavengeId: text(1) })) });
const scavengeResponse = message({ scavengeId: text(1), result: uint(2) });

/** What operators can have the node do. */
export interface NodeControl {
  /** Stops the server as a signal would. */
  shutDown(): void;
  restartPersistentSubscriptions(): Promise<void>;
}

/**
 * The Operations service. One node that never removes an event has nothing to scavenge, no indexes to merge and no one to
 * resign to; those calls are answered and change nothing.
 */
export function operationsService(
  node: NodeControl,
  access: Access,
  environment: ServiceEnvironment,
): Service {
  const service = new Service('event_store.client.operations.Operations', environment);
  const operate = (method: string, run: () => Promise<void> | void): void => {
    service.unary(method, noContent, async (_request, { user }) => {
      demand(access.isOperator(user));
      await run();
      return EMPTY;
    });
  };
  operate('Shutdown', () => node.shutDown());
  operate('RestartPersistentSubscriptions', () => node.restartPersistentSubscriptions());
  for (const method of ['MergeIndexes', 'ResignNode', 'SetNodePriority']) operate(method, () => undefined);

  return service
    .unary('StartScavenge', noContent, (_request, { user }) => {
      demand(access.isOperator(user));
      // It is over as soon as it begins.
      return scavengeResponse.encode({ scavengeId: randomUUID(), result: SCAVENGE_STOPPED });
    })
    .unary('StopScavenge', stopScavengeRequest.decode, ({ options }, { user }) => {
      demand(access.isOperator(user));
      const scavengeId = options?.scavengeId ?? '';
      throw new StatusError(status.NOT_FOUND, `Scavenge '${scavengeId}' is not running.`, {
        exception: 'scavenge-not-found',
        'scavenge-id': scavengeId,
      });
    });
}
