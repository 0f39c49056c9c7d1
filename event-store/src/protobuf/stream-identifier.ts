import type { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** The protocol's StreamIdentifier: a name in UTF-8 bytes. */
export function readStreamIdentifier(reader: WireReader): string {
  let name = '';
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 3) name = reader.string();
    else reader.skip();
  }
  return name;
}

export function encodeStreamIdentifier(name: string): Buffer {
  return new WireWriter().string(3, name).finish();
}
