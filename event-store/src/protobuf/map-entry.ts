import type { WireReader } from './wire-reader.ts';

/** Reads one entry of a `map<string, string>` into `entries`. */
export function readMapEntry(reader: WireReader, entries: Map<string, string>): void {
  let key = '';
  let value = '';
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) key = reader.string();
    else if (field === 2) value = reader.string();
    else reader.skip();
  }
  entries.set(key, value);
}
