import { message, nested, text } from './message.ts';
import type { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const NAME = 3;

/** The protocol's StreamIdentifier as a field: a name in UTF-8 bytes. */
export function streamName(number: number) {
  return nested(number, message({ name: text(NAME) }));
}

export function readStreamIdentifier(reader: WireReader): string {
  let name = '';
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === NAME) name = reader.string();
    else reader.skip();
  }
  return name;
}

export function encodeStreamIdentifier(name: string): Buffer {
  return new WireWriter().string(NAME, name).finish();
}
