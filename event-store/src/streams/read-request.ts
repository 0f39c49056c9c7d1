import { readStreamIdentifier } from '../protobuf/stream-identifier.ts';
import { WireReader } from '../protobuf/wire-reader.ts';
import { invalidArgument } from './errors.ts';
import { readFilterOptions, type FilterOptions } from './filter-options.ts';

/** A revision or a position, or one of the two ends. */
export type StartPoint = 'start' | 'end' | number;

export interface ReadRequest {
  /** Absent: `$all`. */
  readonly stream: string | undefined;
  readonly from: StartPoint;
  readonly direction: 'forwards' | 'backwards';
  readonly resolveLinks: boolean;
  /** How many events at most; absent in a subscription, which goes on. */
  readonly count: number | undefined;
  readonly filter: FilterOptions | undefined;
  readonly ids: 'text' | 'structured';
}

type Mutable = { -readonly [Key in keyof ReadRequest]: ReadRequest[Key] };

export function decodeReadRequest(bytes: Buffer): ReadRequest {
  const reader = new WireReader(bytes);
  let request: ReadRequest | undefined;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) request = readOptions(reader.message());
    else reader.skip();
  }
  if (!request) throw invalidArgument('A read must have options');
  return request;
}

function readOptions(reader: WireReader): ReadRequest {
  const request: Mutable = {
    stream: undefined,
    from: 'start',
    direction: 'forwards',
    resolveLinks: false,
    count: 0,
    filter: undefined,
    ids: 'text',
  };
  let saysHowToWriteIds = false;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) readStreamOptions(reader.message(), request);
    else if (field === 2) request.from = readAllOptions(reader.message());
    else if (field === 3) request.direction = reader.uint() === 1 ? 'backwards' : 'forwards';
    else if (field === 4) request.resolveLinks = reader.bool();
    else if (field === 5) request.count = reader.uint();
    else if (field === 7) request.filter = readFilterOptions(reader.message());
    else if (field === 9) {
      request.ids = reader.message().nextField() === 1 ? 'structured' : 'text';
      saysHowToWriteIds = true;
    } else {
      if (field === 6) request.count = undefined;
      reader.skip();
    }
  }
  if (!saysHowToWriteIds) throw invalidArgument('A read must say how ids are to be written (uuid_option)');
  return request;
}

function readStreamOptions(reader: WireReader, request: Mutable): void {
  request.stream = '';
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) request.stream = readStreamIdentifier(reader.message());
    else if (field === 2) request.from = reader.uint();
    else {
      if (field === 3) request.from = 'start';
      else if (field === 4) request.from = 'end';
      reader.skip();
    }
  }
}

function readAllOptions(reader: WireReader): StartPoint {
  let from: StartPoint = 'start';
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) from = readPosition(reader.message());
    else {
      if (field === 3) from = 'end';
      reader.skip();
    }
  }
  return from;
}

/** The commit position; here it is the same as the prepare position. */
export function readPosition(reader: WireReader): number {
  let commit = 0;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) commit = reader.uint();
    else reader.skip();
  }
  return commit;
}
