import { readStreamIdentifier } from '../protobuf/stream-identifier.ts';
import type { WireReader } from '../protobuf/wire-reader.ts';
import type { ExpectedRevision } from './expected-revision.ts';

/** Where to append, and what is expected there. */
export interface AppendOptions {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  /** BatchAppend's own deadline, in ms since the epoch. */
  readonly deadlineMs: number;
}

/** Append's and BatchAppend's Options, which differ in the deadline alone. */
export function readAppendOptions(reader: WireReader): AppendOptions {
  let stream = '';
  let expected: ExpectedRevision = 'any';
  let deadlineMs = Infinity;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) stream = readStreamIdentifier(reader.message());
    else if (field === 2) expected = reader.uint64();
    else if (field === 6) deadlineMs = readSeconds(reader.message());
    else if (field === 7) deadlineMs = Date.now() + readSeconds(reader.message());
    else {
      if (field === 3) expected = 'no-stream';
      else if (field === 4) expected = 'any';
      else if (field === 5) expected = 'stream-exists';
      reader.skip();
    }
  }
  return { stream, expected, deadlineMs };
}

/** A Timestamp or a Duration: seconds and nanoseconds. In ms. */
function readSeconds(reader: WireReader): number {
  let ms = 0;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) ms += reader.uint() * 1_000;
    else if (field === 2) ms += reader.uint() / 1_000_000;
    else reader.skip();
  }
  return ms;
}
