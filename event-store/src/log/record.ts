import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { formatUuid } from '../protobuf/uuid.ts';
import { varintLength, writeVarint } from '../protobuf/wire-writer.ts';

const CRC_BYTES = 4;
export const CHAIN_BYTES = 32;
/** Where the protocol's message begins inside a record, after its checksum and its link of the hash chain. */
export const MESSAGE_OFFSET = CRC_BYTES + CHAIN_BYTES;
/** The chain before the first event. */
export const EMPTY_CHAIN: Buffer = Buffer.alloc(CHAIN_BYTES);

const UUID_TEXT_BYTES = 36;
/** Tag and length of the id message, tag and length of its text, the text. */
export const ID_FIELD_BYTES = 4 + UUID_TEXT_BYTES;

/** Everything a record is made of. */
export interface EventToRecord {
  readonly id: Buffer;
  readonly stream: Buffer;
  readonly revision: number;
  readonly position: number;
  readonly type: string;
  readonly contentType: string;
  /** .NET ticks (100 ns) since the Unix epoch, decimal. */
  readonly createdTicks: string;
  readonly metadata: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * A record is `crc32 | chain | RecordedEvent`. The last part is the very message that goes to readers, so that reading
 * is copying. The chain is SHA-256 over the previous record's chain and this message; the checksum covers both.
 */
export function encodeRecord(event: EventToRecord, previousChain: Buffer): Buffer {
  const message = encodeMessage(event);
  previousChain.copy(message, CRC_BYTES);
  const chain = hash('sha256', message.subarray(CRC_BYTES), 'buffer');
  chain.copy(message, CRC_BYTES);
  message.writeUInt32BE(crc32(message.subarray(CRC_BYTES)), 0);
  return message;
}

/** Whether the record is as it was written. */
export function isRecordIntact(record: Buffer): boolean {
  return record.length > MESSAGE_OFFSET && record.readUInt32BE(0) === crc32(record.subarray(CRC_BYTES));
}

export function chainOf(record: Buffer): Buffer {
  return record.subarray(CRC_BYTES, MESSAGE_OFFSET);
}

/** The chain that a record must carry when it follows `previousChain`. */
export function chainAfter(previousChain: Buffer, record: Buffer): Buffer {
  return hash('sha256', Buffer.concat([previousChain, record.subarray(MESSAGE_OFFSET)]), 'buffer');
}

function encodeMessage(event: EventToRecord): Buffer {
  const entries: [string, string][] = [
    ['type', event.type],
    ['created', event.createdTicks],
    ['content-type', event.contentType],
  ];
  const nameLength = lengthDelimitedLength(event.stream.length);
  const length =
    ID_FIELD_BYTES +
    lengthDelimitedLength(nameLength) +
    varintFieldLength(event.revision) +
    2 * varintFieldLength(event.position) +
    entries.reduce((sum, [key, value]) => sum + lengthDelimitedLength(entryLength(key, value)), 0) +
    optionalLength(event.metadata) +
    optionalLength(event.data);

  const target = Buffer.allocUnsafe(MESSAGE_OFFSET + length);
  let at = MESSAGE_OFFSET;
  at = writeTagged(target, 1, UUID_TEXT_BYTES + 2, at);
  at = writeTagged(target, 2, UUID_TEXT_BYTES, at);
  at += target.write(formatUuid(event.id), at, 'latin1');
  at = writeTagged(target, 2, nameLength, at);
  at = writeBytes(target, 3, event.stream, at);
  at = writeUint(target, 3, event.revision, at);
  at = writeUint(target, 4, event.position, at);
  at = writeUint(target, 5, event.position, at);
  for (const [key, value] of entries) {
    at = writeTagged(target, 6, entryLength(key, value), at);
    at = writeText(target, 1, key, at);
    at = writeText(target, 2, value, at);
  }
  if (event.metadata.length > 0) at = writeBytes(target, 7, event.metadata, at);
  if (event.data.length > 0) writeBytes(target, 8, event.data, at);
  return target;
}

function lengthDelimitedLength(length: number): number {
  return 1 + varintLength(length) + length;
}

function varintFieldLength(value: number): number {
  return 1 + varintLength(value);
}

function entryLength(key: string, value: string): number {
  return lengthDelimitedLength(Buffer.byteLength(key)) + lengthDelimitedLength(Buffer.byteLength(value));
}

function optionalLength(bytes: Uint8Array): number {
  return bytes.length === 0 ? 0 : lengthDelimitedLength(bytes.length);
}

function writeTagged(target: Buffer, field: number, length: number, at: number): number {
  target[at] = field * 8 + 2;
  return writeVarint(target, length, at + 1);
}

function writeUint(target: Buffer, field: number, value: number, at: number): number {
  target[at] = field * 8;
  return writeVarint(target, value, at + 1);
}

function writeBytes(target: Buffer, field: number, bytes: Uint8Array, at: number): number {
  const start = writeTagged(target, field, bytes.length, at);
  target.set(bytes, start);
  return start + bytes.length;
}

function writeText(target: Buffer, field: number, text: string, at: number): number {
  const start = writeTagged(target, field, Buffer.byteLength(text), at);
  return start + target.write(text, start, 'utf8');
}
