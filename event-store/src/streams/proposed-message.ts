import { readMapEntry } from '../protobuf/map-entry.ts';
import { readUuid } from '../protobuf/uuid.ts';
import type { WireReader } from '../protobuf/wire-reader.ts';

const NO_BYTES: Buffer = Buffer.alloc(0);

/** An event as a client proposes it; the two names may be missing. */
export interface ProposedMessage {
  readonly id: Buffer;
  readonly type: string | undefined;
  readonly contentType: string | undefined;
  readonly metadata: Buffer;
  readonly data: Buffer;
}

/** Append's and BatchAppend's ProposedMessage, which are laid out alike. */
export function readProposedMessage(reader: WireReader): ProposedMessage {
  const names = new Map<string, string>();
  let id: Buffer | undefined;
  let metadata = NO_BYTES;
  let data = NO_BYTES;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) id = readUuid(reader.message());
    else if (field === 2) readMapEntry(reader.message(), names);
    else if (field === 3) metadata = reader.bytes();
    else if (field === 4) data = reader.bytes();
    else reader.skip();
  }
  return {
    id: id ?? NO_BYTES,
    type: names.get('type'),
    contentType: names.get('content-type'),
    metadata,
    data,
  };
}
