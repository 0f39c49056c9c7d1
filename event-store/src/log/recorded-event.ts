import { readMapEntry } from '../protobuf/map-entry.ts';
import { readStreamIdentifier } from '../protobuf/stream-identifier.ts';
import { WireReader } from '../protobuf/wire-reader.ts';
import { parseUuid } from '../protobuf/uuid.ts';
import { ID_FIELD_BYTES } from './record.ts';

interface Fields {
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly contentType: string;
  readonly createdTicks: string;
  readonly metadata: Buffer;
  readonly data: Buffer;
}

const DOLLAR = 0x24;
const NO_BYTES: Buffer = Buffer.alloc(0);

/** An event as stored. Its fields are read from the stored message when somebody asks for them. */
export class RecordedEvent {
  readonly position: number;
  /** The protocol's RecordedEvent message, ready to be sent. */
  readonly message: Buffer;
  #fields: Fields | undefined;

  constructor(position: number, message: Buffer) {
    this.position = position;
    this.message = message;
  }

  get id(): string {
    return this.message.toString('latin1', 4, ID_FIELD_BYTES);
  }

  get idBytes(): Buffer {
    return parseUuid(this.id) ?? NO_BYTES;
  }

  get stream(): string {
    return this.#read().stream;
  }

  /** Whether its stream is one of the store's own. Told without reading the other fields. */
  get isOfSystemStream(): boolean {
    // Behind the id: tag and length of the stream's identifier, then tag and length of its name.
    let at = ID_FIELD_BYTES + 1;
    at += bytesOfVarint(this.message, at) + 1;
    at += bytesOfVarint(this.message, at);
    return this.message[at] === DOLLAR;
  }

  get revision(): number {
    return this.#read().revision;
  }

  get type(): string {
    return this.#read().type;
  }

  get contentType(): string {
    return this.#read().contentType;
  }

  get isJson(): boolean {
    return this.contentType === 'application/json';
  }

  get createdTicks(): string {
    return this.#read().createdTicks;
  }

  get createdMs(): number {
    return Number(BigInt(this.createdTicks) / 10_000n);
  }

  get metadata(): Buffer {
    return this.#read().metadata;
  }

  get data(): Buffer {
    return this.#read().data;
  }

  #read(): Fields {
    this.#fields ??= readFields(this.message);
    return this.#fields;
  }
}

function readFields(message: Buffer): Fields {
  const reader = new WireReader(message, ID_FIELD_BYTES);
  const entries = new Map<string, string>();
  let stream = '';
  let revision = 0;
  let metadata: Buffer = NO_BYTES;
  let data: Buffer = NO_BYTES;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 2) stream = readStreamIdentifier(reader.message());
    else if (field === 3) revision = reader.uint();
    else if (field === 6) readMapEntry(reader.message(), entries);
    else if (field === 7) metadata = reader.bytes();
    else if (field === 8) data = reader.bytes();
    else reader.skip();
  }
  return {
    stream,
    revision,
    type: entries.get('type') ?? '',
    contentType: entries.get('content-type') ?? '',
    createdTicks: entries.get('created') ?? '0',
    metadata,
    data,
  };
}

function bytesOfVarint(buffer: Buffer, start: number): number {
  let at = start;
  while ((buffer[at] ?? 0) >= 0x80) at++;
  return at - start + 1;
}
