import { encodeStructuredUuid } from '../protobuf/uuid.ts';
import { encodeStreamIdentifier } from '../protobuf/stream-identifier.ts';
import { varintLength, WireWriter, writeVarint } from '../protobuf/wire-writer.ts';
import { ID_FIELD_BYTES } from '../log/record.ts';
import type { RecordedEvent } from '../log/recorded-event.ts';
import { originalOf, type ResolvedEvent } from './links.ts';
import type { ReadRequest } from './read-request.ts';

const EVENT = 1;
const READ_EVENT = { event: 1, link: 2, commitPosition: 3 } as const;

/** Encodes what a read or subscription hands out. Stored messages are copied once, into their envelope. */
export function encodeEvent(resolved: ResolvedEvent, ids: ReadRequest['ids']): Buffer {
  const event = resolved.event && messageOf(resolved.event, ids);
  const link = resolved.link && messageOf(resolved.link, ids);
  const { position } = originalOf(resolved);
  const innerLength = fieldLength(event) + fieldLength(link) + 1 + varintLength(position);
  const envelope = Buffer.allocUnsafe(1 + varintLength(innerLength) + innerLength);
  let at = writeHeader(envelope, EVENT, innerLength, 0);
  at = writeField(envelope, READ_EVENT.event, event, at);
  at = writeField(envelope, READ_EVENT.link, link, at);
  envelope[at] = READ_EVENT.commitPosition * 8;
  writeVarint(envelope, position, at + 1);
  return envelope;
}

export function encodeConfirmation(subscriptionId: string): Buffer {
  return new WireWriter().message(2, (confirmation) => confirmation.string(1, subscriptionId)).finish();
}

export function encodeCheckpoint(position: number): Buffer {
  return new WireWriter().message(3, (checkpoint) => checkpoint.uint(1, position).uint(2, position)).finish();
}

export function encodeStreamNotFound(stream: string): Buffer {
  return new WireWriter()
    .message(4, (notFound) => notFound.bytes(1, encodeStreamIdentifier(stream)))
    .finish();
}

export function encodeCaughtUp(): Buffer {
  return new WireWriter().message(8).finish();
}

/** The stored message, with its id in the form that the client wants. */
export function messageOf(event: RecordedEvent, ids: ReadRequest['ids']): Buffer {
  if (ids === 'text') return event.message;
  const id = new WireWriter().bytes(1, encodeStructuredUuid(event.idBytes)).finish();
  return Buffer.concat([id, event.message.subarray(ID_FIELD_BYTES)]);
}

function fieldLength(message: Buffer | undefined): number {
  return message ? 1 + varintLength(message.length) + message.length : 0;
}

function writeHeader(target: Buffer, field: number, length: number, at: number): number {
  target[at] = field * 8 + 2;
  return writeVarint(target, length, at + 1);
}

function writeField(target: Buffer, field: number, message: Buffer | undefined, at: number): number {
  if (!message) return at;
  const start = writeHeader(target, field, message.length, at);
  message.copy(target, start);
  return start + message.length;
}
