import type { WireReader } from '../protobuf/wire-reader.ts';

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

export function readFilterOptions(reader: WireReader): FilterOptions {
  let on: FilterOptions['on'] = 'type';
  let expression: Expression = { regex: '', prefixes: [] };
  let windowEvents = DEFAULT_WINDOW_EVENTS;
  let checkpointIntervalMultiplier = 1;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1 || field === 2) {
      on = field === 1 ? 'stream' : 'type';
      expression = readExpression(reader.message());
    } else if (field === 3) windowEvents = reader.uint();
    else if (field === 5) checkpointIntervalMultiplier = reader.uint();
    else reader.skip();
  }
  return { on, ...expression, windowEvents, checkpointIntervalMultiplier };
}

interface Expression {
  readonly regex: string;
  readonly prefixes: readonly string[];
}

function readExpression(reader: WireReader): Expression {
  const prefixes: string[] = [];
  let regex = '';
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) regex = reader.string();
    else if (field === 2) prefixes.push(reader.string());
    else reader.skip();
  }
  return { regex, prefixes };
}
