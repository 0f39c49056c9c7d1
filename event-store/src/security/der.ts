/** The few pieces of ASN.1's DER that certificates are made of. */

const LONG_FORM = 0x80;

function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < LONG_FORM) return Buffer.of(length);
  const bytes = base256(length);
  return Buffer.of(LONG_FORM | bytes.length, ...bytes);
}

function base256(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return bytes;
}

export function sequence(...contents: readonly Buffer[]): Buffer {
  return element(0x30, ...contents);
}

export function set(...contents: readonly Buffer[]): Buffer {
  return element(0x31, ...contents);
}

/** A non-negative integer, most significant byte first. */
export function integer(bytes: Buffer): Buffer {
  const isNegativeLooking = (bytes[0] ?? 0) >= 0x80;
  return element(0x02, isNegativeLooking ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

export function boolean(value: boolean): Buffer {
  return element(0x01, Buffer.of(value ? 0xff : 0));
}

export function bitString(bytes: Buffer, unusedBits = 0): Buffer {
  return element(0x03, Buffer.of(unusedBits), bytes);
}

export function octetString(bytes: Buffer): Buffer {
  return element(0x04, bytes);
}

export function utf8String(text: string): Buffer {
  return element(0x0c, Buffer.from(text, 'utf8'));
}

/** Dates until 2049 as UTCTime, later ones as GeneralizedTime, as RFC 5280 wants it. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return date.getUTCFullYear() < 2050
    ? element(0x17, Buffer.from(`${digits.slice(2)}Z`))
    : element(0x18, Buffer.from(`${digits}Z`));
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest.flatMap(base128)];
  return element(0x06, Buffer.from(bytes));
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

/** An element with a tag of its context: `constructed` if it holds elements, else it holds bare bytes. */
export function tagged(number: number, content: Buffer, kind: 'constructed' | 'primitive'): Buffer {
  return element((kind === 'constructed' ? 0xa0 : 0x80) | number, content);
}
