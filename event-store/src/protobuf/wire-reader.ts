const CONTINUATION_BIT = 0x80;
const MAX_VARINT_BYTES = 10;

/** Says that bytes from outside are not the message they should be. */
export class MalformedMessageError extends Error {
  override name = 'MalformedMessageError';
}

/**
 * Reads protobuf's wire format in place: what it hands out are views of the given buffer, nothing is copied.
 * The hot messages of the store are read with it; the others go through the generated classes.
 */
export class WireReader {
  readonly #buffer: Buffer;
  readonly #end: number;
  #offset: number;
  #wireType = 0;

  constructor(buffer: Buffer, start = 0, end = buffer.length) {
    this.#buffer = buffer;
    this.#offset = start;
    this.#end = end;
  }

  /** Moves to the next field and returns its number, or 0 at the end of the message. */
  nextField(): number {
    if (this.#offset >= this.#end) return 0;
    const tag = this.uint();
    this.#wireType = tag & 7;
    return tag >>> 3;
  }

  /** A varint as number; exact up to 2^53. */
  uint(): number {
    let result = 0;
    let factor = 1;
    for (let count = 0; count < MAX_VARINT_BYTES; count++) {
      const byte = this.#byte();
      result += (byte & 0x7f) * factor;
      if (byte < CONTINUATION_BIT) return result;
      factor *= 128;
    }
    throw new MalformedMessageError('a varint is longer than 10 bytes');
  }

  /** A varint as unsigned 64-bit integer. */
  uint64(): bigint {
    let result = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < CONTINUATION_BIT) return BigInt.asUintN(64, result);
    }
    throw new MalformedMessageError('a varint is longer than 10 bytes');
  }

  bool(): boolean {
    return this.uint() !== 0;
  }

  float32(): number {
    const start = this.#offset;
    this.#advance(4);
    return this.#buffer.readFloatLE(start);
  }

  bytes(): Buffer {
    const { start, end } = this.#lengthDelimited();
    return this.#buffer.subarray(start, end);
  }

  string(): string {
    const { start, end } = this.#lengthDelimited();
    return this.#buffer.toString('utf8', start, end);
  }

  /** A nested message, read in place. */
  message(): WireReader {
    const { start, end } = this.#lengthDelimited();
    return new WireReader(this.#buffer, start, end);
  }

  /** Passes over the value of the current field, whatever it is. */
  skip(): void {
    switch (this.#wireType) {
      case 0:
        this.uint64();
        return;
      case 1:
        this.#advance(8);
        return;
      case 2:
        this.#lengthDelimited();
        return;
      case 5:
        this.#advance(4);
        return;
      default:
        throw new MalformedMessageError(`wire type ${this.#wireType} is not known`);
    }
  }

  #byte(): number {
    const byte = this.#buffer[this.#offset];
    if (byte === undefined || this.#offset >= this.#end) {
      throw new MalformedMessageError('the message ends inside a field');
    }
    this.#offset++;
    return byte;
  }

  #lengthDelimited(): { start: number; end: number } {
    if (this.#wireType !== 2) throw new MalformedMessageError('a length-delimited field was expected');
    const length = this.uint();
    const start = this.#offset;
    this.#advance(length);
    return { start, end: this.#offset };
  }

  #advance(length: number): void {
    if (this.#offset + length > this.#end) throw new MalformedMessageError('a field ends behind its message');
    this.#offset += length;
  }
}
