import { status } from '@grpc/grpc-js';
import { StatusError } from '../grpc/status-error.ts';
import { signedRevision, type ExpectedRevision } from './expected-revision.ts';

export function streamDeleted(stream: string): StatusError {
  return new StatusError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });
}

export function wrongExpectedRevision(
  stream: string,
  expected: ExpectedRevision,
  current: number | undefined,
): StatusError {
  const actual = current === undefined ? '' : current.toString();
  return new StatusError(
    status.FAILED_PRECONDITION,
    `Append failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${signedRevision(expected)}, Actual version: ${actual || -1}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': signedRevision(expected).toString(),
      'actual-version': actual,
    },
  );
}

export class MaximumAppendSizeExceeded extends StatusError {
  readonly maxAppendBytes: number;

  constructor(maxAppendBytes: number) {
    super(status.INVALID_ARGUMENT, `Maximum Append Size of ${maxAppendBytes} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': maxAppendBytes.toString(),
    });
    this.maxAppendBytes = maxAppendBytes;
  }
}

export function missingMetadata(missing: string): StatusError {
  return new StatusError(status.INVALID_ARGUMENT, `Required Metadata Property '${missing}' is missing`, {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  });
}

export function operationTimedOut(what: string): StatusError {
  return new StatusError(status.ABORTED, `Operation timed out: ${what}`);
}

export function serverNotReady(): StatusError {
  return new StatusError(status.UNAVAILABLE, 'Server Is Not Ready');
}

export function serverTooBusy(): StatusError {
  return new StatusError(status.UNAVAILABLE, 'Server Is Too Busy');
}

export function invalidArgument(message: string): StatusError {
  return new StatusError(status.INVALID_ARGUMENT, message);
}
