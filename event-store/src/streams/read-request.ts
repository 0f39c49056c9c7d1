import { bool, mark, message, nested, optional, uint } from '../protobuf/message.ts';
import { streamName } from '../protobuf/stream-identifier.ts';
import { invalidArgument } from './errors.ts';
import { checkFilter, filterMessage, type FilterOptions } from './filter-options.ts';

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

const BACKWARDS = 1;

const streamOptions = message({
  stream: streamName(1),
  revision: optional(uint(2)),
  start: mark(3),
  end: mark(4),
});

const allOptions = message({
  position: nested(1, message({ commit: uint(1), prepare: uint(2) })),
  start: mark(2),
  end: mark(3),
});

const options = message({
  stream: nested(1, streamOptions),
  all: nested(2, allOptions),
  direction: uint(3),
  resolveLinks: bool(4),
  count: uint(5),
  subscription: mark(6),
  filter: nested(7, filterMessage),
  ids: nested(9, message({ structured: mark(1), text: mark(2) })),
});

const readRequest = message({ options: nested(1, options) });

export function decodeReadRequest(bytes: Buffer): ReadRequest {
  const asked = readRequest.decode(bytes).options;
  if (!asked) throw invalidArgument('A read must have options');
  if (!asked.ids) throw invalidArgument('A read must say how ids are to be written (uuid_option)');
  const { stream, all } = asked;
  if (all?.position) checkPosition(all.position);
  return {
    stream: stream && (stream.stream?.name ?? ''),
    from: startPoint(stream?.revision ?? all?.position?.commit, stream?.end ?? all?.end ?? false),
    direction: asked.direction === BACKWARDS ? 'backwards' : 'forwards',
    resolveLinks: asked.resolveLinks,
    count: asked.subscription ? undefined : asked.count,
    filter: asked.filter && checkFilter(asked.filter),
    ids: asked.ids.structured ? 'structured' : 'text',
  };
}

/** Positions are signed on the server, and nothing is committed before it is prepared. */
function checkPosition({ commit, prepare }: { commit: number; prepare: number }): void {
  if (commit >= 2 ** 63 || commit < prepare) throw invalidArgument('Invalid position');
}

export function startPoint(exact: number | undefined, isEnd: boolean): StartPoint {
  return exact ?? (isEnd ? 'end' : 'start');
}
