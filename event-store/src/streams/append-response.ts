import { WireWriter } from '../protobuf/wire-writer.ts';
import type { AppendResult } from './append-events.ts';
import type { ExpectedRevision } from './expected-revision.ts';

type Answer = Exclude<AppendResult, { outcome: 'stream-deleted' }>;

/** Append's answer. A wrong expected revision is part of it and no error of the call. */
export function encodeAppendResponse(expected: ExpectedRevision, result: Answer): Buffer {
  const response = new WireWriter();
  switch (result.outcome) {
    case 'appended':
      response.message(1, (success) =>
        success
          .uint(1, result.revision)
          .message(3, (position) => position.uint(1, result.position).uint(2, result.position)),
      );
      break;
    case 'nothing-to-append':
      response.message(1, (success) => {
        if (result.revision === undefined) success.message(2);
        else success.uint(1, result.revision);
        success.message(4);
      });
      break;
    case 'wrong-expected-revision':
      response.message(2, (wrong) => writeWrongExpectedRevision(wrong, expected, result.current));
  }
  return response.finish();
}

/** Says everything twice: in today's fields and in those that clients up to 20.6.0 read. */
function writeWrongExpectedRevision(
  wrong: WireWriter,
  expected: ExpectedRevision,
  current: number | undefined,
): void {
  if (current === undefined) wrong.message(2);
  else wrong.uint(1, current);
  if (typeof expected === 'bigint') wrong.uint64(3, expected);
  else if (expected === 'any') wrong.message(4);
  else if (expected === 'stream-exists') wrong.message(5);

  if (current === undefined) wrong.message(7);
  else wrong.uint(6, current);
  if (typeof expected === 'bigint') wrong.uint64(8, expected);
  else if (expected === 'any') wrong.message(9);
  else if (expected === 'stream-exists') wrong.message(10);
  else wrong.message(11);
}
