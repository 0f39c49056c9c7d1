import { MalformedMessageError, type WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const UUID_TEXT = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** 16 bytes as the usual lower-case text. */
export function formatUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Text as 16 bytes, or undefined if it is no UUID. */
export function parseUuid(text: string): Buffer | undefined {
  if (!UUID_TEXT.test(text)) return undefined;
  return Buffer.from(text.replaceAll('-', ''), 'hex');
}

/** Reads the protocol's UUID message, which carries either text or two 64-bit halves. */
export function readUuid(reader: WireReader): Buffer {
  let uuid: Buffer | undefined;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 2) uuid = parseUuid(reader.string());
    else if (field === 1) uuid = readStructured(reader.message());
    else reader.skip();
  }
  if (!uuid) throw new MalformedMessageError('an id is not a UUID');
  return uuid;
}

function readStructured(reader: WireReader): Buffer {
  const uuid = Buffer.alloc(16);
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) uuid.writeBigUInt64BE(reader.uint64(), 0);
    else if (field === 2) uuid.writeBigUInt64BE(reader.uint64(), 8);
    else reader.skip();
  }
  return uuid;
}

/** The structured form: two 64-bit halves. */
export function encodeStructuredUuid(uuid: Buffer): Buffer {
  return new WireWriter()
    .message(1, (halves) => halves.uint64(1, uuid.readBigUInt64BE(0)).uint64(2, uuid.readBigUInt64BE(8)))
    .finish();
}
