import type { RecordedEvent } from '../log/recorded-event.ts';
import { invalidArgument } from './errors.ts';
import type { FilterOptions } from './filter-options.ts';

export type EventFilter = (event: RecordedEvent) => boolean;

export function eventFilter(options: FilterOptions): EventFilter {
  const subject = options.on === 'stream' ? streamOf : typeOf;
  if (options.regex !== '') {
    const pattern = compile(options.regex);
    return (event) => pattern.test(subject(event));
  }
  return (event) => options.prefixes.some((prefix) => subject(event).startsWith(prefix));
}

function streamOf(event: RecordedEvent): string {
  return event.stream;
}

function typeOf(event: RecordedEvent): string {
  return event.type;
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    try {
      // The protocol's regular expressions are .NET's; what `u` is too strict for is often fine without it.
      return new RegExp(pattern);
    } catch (error) {
      throw invalidArgument(`The filter is no regular expression: ${String(error)}`);
    }
  }
}
