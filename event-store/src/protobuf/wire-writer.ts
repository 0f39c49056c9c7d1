const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;
const INITIAL_BYTES = 128;

/** How many bytes a varint of this value takes. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) length++;
  return length;
}

/** Writes a varint (exact up to 2^53) and returns the offset after it. */
export function writeVarint(target: Buffer, value: number, offset: number): number {
  let rest = value;
  let at = offset;
  while (rest >= 0x80) {
    target[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  target[at++] = rest;
  return at;
}

/** Builds small protobuf messages field by field. */
export class WireWriter {
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;

  uint(field: number, value: number): this {
    this.#reserve(20);
    this.#length = writeVarint(this.#buffer, field * 8 + VARINT, this.#length);
    this.#length = writeVarint(this.#buffer, value, this.#length);
    return this;
  }

  uint64(field: number, value: bigint): this {
    this.#reserve(20);
    this.#length = writeVarint(this.#buffer, field * 8 + VARINT, this.#length);
    let rest = BigInt.asUintN(64, value);
    while (rest >= 0x80n) {
      this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#length++] = Number(rest);
    return this;
  }

  float32(field: number, value: number): this {
    this.#reserve(20);
    this.#length = writeVarint(this.#buffer, field * 8 + FIXED_32, this.#length);
    this.#length = this.#buffer.writeFloatLE(value, this.#length);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#reserve(20 + value.length);
    this.#length = writeVarint(this.#buffer, field * 8 + LENGTH_DELIMITED, this.#length);
    this.#length = writeVarint(this.#buffer, value.length, this.#length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  /** A nested message, written by `build`; one without fields is written too, since its presence means something. */
  message(field: number, build?: (writer: WireWriter) => unknown): this {
    const nested = new WireWriter();
    build?.(nested);
    return this.bytes(field, nested.finish());
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
