import { status } from '@grpc/grpc-js';
import { StatusError } from '../grpc/status-error.ts';
import type { GroupKey } from './settings.ts';

function namesOf({ stream, group }: GroupKey): Record<string, string> {
  return { 'stream-name': stream ?? '$all', 'group-name': group };
}

export function groupExists(key: GroupKey): StatusError {
  return new StatusError(
    status.ALREADY_EXISTS,
    `Subscription group ${key.group} on stream ${key.stream ?? '$all'} exists.`,
    { exception: 'persistent-subscription-exists', ...namesOf(key) },
  );
}

export function groupDoesNotExist(key: GroupKey): StatusError {
  return new StatusError(
    status.NOT_FOUND,
    `Subscription group ${key.group} on stream ${key.stream ?? '$all'} does not exist.`,
    { exception: 'persistent-subscription-does-not-exist', ...namesOf(key) },
  );
}

export function groupFailed(key: GroupKey, reason: string): StatusError {
  return new StatusError(
    status.INTERNAL,
    `Subscription group ${key.group} on stream ${key.stream ?? '$all'} failed: '${reason}'`,
    { exception: 'persistent-subscription-failed', ...namesOf(key), reason },
  );
}

export function maximumSubscribersReached(key: GroupKey): StatusError {
  return new StatusError(
    status.FAILED_PRECONDITION,
    `Maximum subscriptions reached for subscription group ${key.group} on stream ${key.stream ?? '$all'}.`,
    { exception: 'maximum-subscribers-reached', ...namesOf(key) },
  );
}

export function subscriptionDropped(key: GroupKey): StatusError {
  return new StatusError(
    status.CANCELLED,
    `Subscription group ${key.group} on stream ${key.stream ?? '$all'} was dropped.`,
    { exception: 'persistent-subscription-dropped', ...namesOf(key) },
  );
}
