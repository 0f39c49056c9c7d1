import {
  mark,
  message,
  nested,
  optional,
  repeated,
  text,
  uint,
  type ContentOf,
} from '../protobuf/message.ts';
import { invalidArgument } from './errors.ts';

const DEFAULT_WINDOW_EVENTS = 32;

/** Which events of `$all` a reader wants, and how often it wants to hear how far the store has looked. */
export interface FilterOptions {
  readonly on: 'stream' | 'type';
  /** Wins over the prefixes unless empty. */
  readonly regex: string;
  readonly prefixes: readonly string[];
  readonly windowEvents: number;
  readonly checkpointIntervalMultiplier: number;
}

const expression = message({ regex: text(1), prefixes: repeated(text(2)) });

/** The protocol's FilterOptions. */
export const filterMessage = message({
  onStream: nested(1, expression),
  onType: nested(2, expression),
  windowEvents: optional(uint(3)),
  count: mark(4),
  checkpointIntervalMultiplier: optional(uint(5)),
});

export function checkFilter(asked: ContentOf<typeof filterMessage>): FilterOptions {
  const wanted = asked.onStream ?? asked.onType;
  if (!wanted) throw invalidArgument('A filter must say what it looks at');
  return {
    on: asked.onStream ? 'stream' : 'type',
    regex: wanted.regex,
    prefixes: wanted.prefixes,
    windowEvents: asked.windowEvents ?? DEFAULT_WINDOW_EVENTS,
    checkpointIntervalMultiplier: asked.checkpointIntervalMultiplier ?? 1,
  };
}
