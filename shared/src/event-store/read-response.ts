import { EventStoreFault } from './faults.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** One message of a read or subscription, as far as we act on it. */
export type ReadResponse =
  | { readonly kind: 'event'; readonly event: RecordedEvent; readonly bytes: number }
  | { readonly kind: 'checkpoint'; readonly position: bigint }
  | { readonly kind: 'caught-up' }
  | { readonly kind: 'stream-not-found' }
  /** Confirmations, links whose target is gone, and what newer servers may add. */
  | { readonly kind: 'other' };

/**
 * `event_store.client.streams.ReadResp`, read in one pass over the bytes. The client's own generated classes, its
 * conversion and its second stream take twice as long for each event (decision 1).
 * @throws EventStoreFault for bytes that are not such a message.
 */
export function decodeReadResponse(bytes: Buffer): ReadResponse {
  const message = new Fields(bytes, 0, bytes.length);
  let response: ReadResponse = { kind: 'other' };
  while (message.next())
    switch (message.field) {
      case 1:
        response = readEvent(message.inner(), bytes.length);
        break;
      case 3:
        response = { kind: 'checkpoint', position: readCommitPosition(message.inner()) };
        break;
      case 4:
        message.skip();
        response = { kind: 'stream-not-found' };
        break;
      case 8:
        message.skip();
        response = { kind: 'caught-up' };
        break;
      default:
        message.skip();
    }
  return response;
}

function readEvent(message: Fields, bytes: number): ReadResponse {
  let event: RecordedEvent | undefined;
  while (message.next())
    if (message.field === 1) event = readRecordedEvent(message.inner());
    else message.skip();
  return event === undefined ? { kind: 'other' } : { kind: 'event', event, bytes };
}

function readRecordedEvent(message: Fields): RecordedEvent {
  let id = '';
  let stream = '';
  let revision = 0n;
  let position = 0n;
  let type = '';
  let contentType = '';
  let created = '';
  let data: Buffer = nothing;
  let metadata: Buffer = nothing;
  while (message.next())
    switch (message.field) {
      case 1:
        id = readText(message.inner(), 2);
        break;
      case 2:
        stream = readText(message.inner(), 3);
        break;
      case 3:
        revision = message.uint64();
        break;
      case 5:
        position = message.uint64();
        break;
      case 6: {
        const [name, value] = readProperty(message.inner());
        if (name === 'type') type = value;
        else if (name === 'created') created = value;
        else if (name === 'content-type') contentType = value;
        break;
      }
      case 7:
        metadata = message.bytes();
        break;
      case 8:
        data = message.bytes();
        break;
      default:
        message.skip();
    }
  if (id === '' || stream === '' || type === '') throw malformed('an event lacks its id, stream or type');
  return {
    stream,
    revision,
    position,
    id,
    type,
    data: contentType === 'application/json' ? parsed(data, String) : new Uint8Array(data),
    metadata: metadata.length === 0 ? undefined : parsed(metadata, () => new Uint8Array(metadata)),
    created: dateOf(created),
  };
}

const nothing = Buffer.alloc(0);

/** JSON, or what else the bytes are handed over as. */
function parsed(bytes: Buffer, otherwise: (bytes: Buffer) => unknown): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return otherwise(bytes);
  }
}

const ticksDigits = 4;

/** The stamp is in ticks of 100 ns, more than a double holds: what is below a millisecond is cut off as text. */
const dateOf = (ticks: string): Date => new Date(Number(ticks.slice(0, -ticksDigits)));

/** The text of one field of a message that has nothing else for us. */
function readText(message: Fields, field: number): string {
  let text = '';
  while (message.next())
    if (message.field === field) text = message.text();
    else message.skip();
  return text;
}

/** An entry of `map<string, string>`. */
function readProperty(message: Fields): readonly [name: string, value: string] {
  let name = '';
  let value = '';
  while (message.next())
    if (message.field === 1) name = message.text();
    else if (message.field === 2) value = message.text();
    else message.skip();
  return [name, value];
}

function readCommitPosition(message: Fields): bigint {
  let position = 0n;
  while (message.next())
    if (message.field === 1) position = message.uint64();
    else message.skip();
  return position;
}

/** Seven groups of seven bits are exact in a double. */
const exactBytes = 7;
const maxVarintBytes = 10;

/** The fields of one message in protobuf's wire format (https://protobuf.dev/programming-guides/encoding), in place. */
class Fields {
  /** The number of the current field. */
  field = 0;
  readonly #buffer: Buffer;
  readonly #end: number;
  #at: number;
  #wireType = 0;

  constructor(buffer: Buffer, start: number, end: number) {
    this.#buffer = buffer;
    this.#at = start;
    this.#end = end;
  }

  /** Goes to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    const tag = this.#varint();
    this.field = tag >>> 3;
    this.#wireType = tag & 7;
    return true;
  }

  uint64(): bigint {
    const start = this.#at;
    const value = this.#varint();
    if (this.#at - start <= exactBytes) return BigInt(value);
    let exact = 0n;
    for (let at = this.#at - 1; at >= start; at -= 1)
      exact = (exact << 7n) | BigInt((this.#buffer[at] ?? 0) & 0x7f);
    return BigInt.asUintN(64, exact);
  }

  bytes(): Buffer {
    const start = this.#enter();
    return this.#buffer.subarray(start, this.#at);
  }

  text(): string {
    const start = this.#enter();
    return this.#buffer.toString('utf8', start, this.#at);
  }

  inner(): Fields {
    const start = this.#enter();
    return new Fields(this.#buffer, start, this.#at);
  }

  skip(): void {
    if (this.#wireType === 0) this.#varint();
    else if (this.#wireType === 1) this.#pass(8);
    else if (this.#wireType === 2) this.#enter();
    else if (this.#wireType === 5) this.#pass(4);
    else throw malformed(`wire type ${this.#wireType} is not known`);
  }

  /** Passes a length and as many bytes; gives where they begin. */
  #enter(): number {
    if (this.#wireType !== 2) throw malformed('a field with a length was expected');
    const length = this.#varint();
    const start = this.#at;
    this.#pass(length);
    return start;
  }

  #pass(bytes: number): void {
    this.#at += bytes;
    if (this.#at > this.#end) throw malformed('a field ends behind its message');
  }

  #varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < maxVarintBytes; count += 1) {
      const byte = this.#at < this.#end ? this.#buffer[this.#at] : undefined;
      if (byte === undefined) throw malformed('the message ends inside a field');
      this.#at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw malformed('a number is longer than ten bytes');
  }
}

const malformed = (what: string): EventStoreFault =>
  new EventStoreFault(`the event store sent what is no answer to a read: ${what}`, { isRetryable: false });
