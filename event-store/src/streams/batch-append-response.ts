import { WireWriter } from '../protobuf/wire-writer.ts';
import { encodeStreamIdentifier } from '../protobuf/stream-identifier.ts';
import { formatUuid } from '../protobuf/uuid.ts';
import type { AppendOptions } from './append-options.ts';
import type { AppendResult } from './append-events.ts';
import type { ExpectedRevision } from './expected-revision.ts';

/** Why an append of a batch was not done, beside what its stream says. */
export type BatchAppendFailure =
  | { readonly outcome: 'timeout' }
  | { readonly outcome: 'access-denied' }
  | { readonly outcome: 'maximum-append-size-exceeded'; readonly maxAppendBytes: number }
  | { readonly outcome: 'refused'; readonly reason: string };

export type BatchAppendOutcome = AppendResult | BatchAppendFailure;

/** Codes of google.rpc.Code that the protocol gives to its errors. */
const code = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
} as const;

const TYPE_URL = 'type.googleapis.com/event_store.client.';

/** The one answer to one append. The client needs its stream in every answer. */
export function encodeBatchAppendResponse(
  correlationId: Buffer,
  options: AppendOptions,
  outcome: BatchAppendOutcome,
): Buffer {
  const response = new WireWriter().message(1, (uuid) => uuid.string(2, formatUuid(correlationId)));
  if (outcome.outcome === 'appended') {
    response.message(3, (success) =>
      success
        .uint(1, outcome.revision)
        .message(3, (position) => position.uint(1, outcome.position).uint(2, outcome.position)),
    );
  } else if (outcome.outcome === 'nothing-to-append') {
    response.message(3, (success) => {
      if (outcome.revision === undefined) success.message(2);
      else success.uint(1, outcome.revision);
      success.message(4);
    });
  } else {
    response.bytes(2, encodeError(options, outcome));
  }
  response.bytes(4, encodeStreamIdentifier(options.stream));
  writeExpectation(response, options.expected, { exact: 5, 'no-stream': 6, any: 7, 'stream-exists': 8 });
  return response.finish();
}

type Failure = Exclude<BatchAppendOutcome, { outcome: 'appended' | 'nothing-to-append' }>;

function encodeError(options: AppendOptions, failure: Failure): Buffer {
  switch (failure.outcome) {
    case 'wrong-expected-revision':
      return status(code.alreadyExists, 'Wrong expected version', 'WrongExpectedVersion', (details) => {
        if (failure.current === undefined) details.message(2);
        else details.uint(1, failure.current);
        writeExpectation(details, options.expected, { exact: 3, any: 4, 'stream-exists': 5, 'no-stream': 6 });
      });
    case 'stream-deleted':
      return status(code.notFound, 'Stream is deleted', 'StreamDeleted', (details) =>
        details.bytes(1, encodeStreamIdentifier(options.stream)),
      );
    case 'access-denied':
      return status(code.permissionDenied, 'Access denied', 'AccessDenied');
    case 'timeout':
      return status(code.deadlineExceeded, 'Timeout', 'Timeout');
    case 'maximum-append-size-exceeded':
      return status(
        code.invalidArgument,
        'Maximum append size exceeded',
        'MaximumAppendSizeExceeded',
        (details) => details.uint(1, failure.maxAppendBytes),
      );
    case 'refused':
      return status(code.invalidArgument, failure.reason, 'BadRequest', (details) =>
        details.string(1, failure.reason),
      );
  }
}

/** A google.rpc.Status with its one detail. */
function status(
  code: number,
  message: string,
  type: string,
  build?: (details: WireWriter) => unknown,
): Buffer {
  const details = new WireWriter();
  build?.(details);
  return new WireWriter()
    .uint(1, code)
    .string(2, message)
    .message(3, (any) => any.string(1, TYPE_URL + type).bytes(2, details.finish()))
    .finish();
}

type FieldNumbers = Readonly<Record<'exact' | 'no-stream' | 'any' | 'stream-exists', number>>;

function writeExpectation(writer: WireWriter, expected: ExpectedRevision, fields: FieldNumbers): void {
  if (typeof expected === 'bigint') writer.uint64(fields.exact, expected);
  else writer.message(fields[expected]);
}
