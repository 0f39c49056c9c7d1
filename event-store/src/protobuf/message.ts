import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** One field of a message: its number, what it is when absent, and how it is read and written. */
export interface Field<Value> {
  readonly number: number;
  initial(): Value;
  read(reader: WireReader, before: Value): Value;
  write(writer: WireWriter, value: Value): void;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type ValueOf<F> = F extends Field<infer Value> ? Value : never;
type Values<F extends Fields> = { readonly [Name in keyof F]: ValueOf<F[Name]> };

/** A message of the protocol, described by its fields. */
export interface Message<Content> {
  readonly decode: (bytes: Buffer) => Content;
  /** What is left out is not written. */
  readonly encode: (content: Partial<Content>) => Buffer;
  readonly read: (reader: WireReader) => Content;
  readonly write: (writer: WireWriter, content: Partial<Content>) => void;
}

/** What `message(...)` of these fields decodes to. */
export type ContentOf<M> = M extends Message<infer Content> ? Content : never;

export function message<F extends Fields>(fields: F): Message<Values<F>> {
  const byNumber = new Map(Object.entries(fields).map(([name, field]) => [field.number, { name, field }]));
  const read = (reader: WireReader): Values<F> => {
    const content: Record<string, unknown> = {};
    for (const { name, field } of byNumber.values()) content[name] = field.initial();
    for (let number = reader.nextField(); number !== 0; number = reader.nextField()) {
      const known = byNumber.get(number);
      if (known) content[known.name] = known.field.read(reader, content[known.name]);
      else reader.skip();
    }
    // Every field was set by its own description, which the compiler cannot follow through names.
    return content as Values<F>;
  };
  const write = (writer: WireWriter, content: Partial<Values<F>>): void => {
    for (const [name, field] of Object.entries(fields)) {
      const value = content[name];
      if (value !== undefined) field.write(writer, value);
    }
  };
  const encode = (content: Partial<Values<F>>): Buffer => {
    const writer = new WireWriter();
    write(writer, content);
    return writer.finish();
  };
  return { read, write, encode, decode: (bytes) => read(new WireReader(bytes)) };
}

/** A number up to 2^53; wider ones are rounded. */
export function uint(number: number): Field<number> {
  return {
    number,
    initial: () => 0,
    read: (reader) => reader.uint(),
    write: (writer, value) => writer.uint(number, value),
  };
}

/** A 64-bit number to the last bit; negative ones as two's complement. */
export function int64(number: number): Field<bigint> {
  return {
    number,
    initial: () => 0n,
    read: (reader) => reader.uint64(),
    write: (writer, value) => writer.uint64(number, value),
  };
}

/** A 32-bit number that may be negative. */
export function int32(number: number): Field<number> {
  return {
    number,
    initial: () => 0,
    read: (reader) => Number(BigInt.asIntN(32, reader.uint64())),
    write: (writer, value) => writer.uint64(number, BigInt(value)),
  };
}

export function bool(number: number): Field<boolean> {
  return {
    number,
    initial: () => false,
    read: (reader) => reader.bool(),
    write: (writer, value) => writer.uint(number, value ? 1 : 0),
  };
}

export function float32(number: number): Field<number> {
  return {
    number,
    initial: () => 0,
    read: (reader) => reader.float32(),
    write: (writer, value) => writer.float32(number, value),
  };
}

export function text(number: number): Field<string> {
  return {
    number,
    initial: () => '',
    read: (reader) => reader.string(),
    write: (writer, value) => writer.string(number, value),
  };
}

export function bytes(number: number): Field<Buffer> {
  return {
    number,
    initial: () => Buffer.alloc(0),
    read: (reader) => reader.bytes(),
    write: (writer, value) => writer.bytes(number, value),
  };
}

/** A nested message without content, whose presence alone says something. */
export function mark(number: number): Field<boolean> {
  return {
    number,
    initial: () => false,
    read: (reader) => {
      reader.skip();
      return true;
    },
    write: (writer, value) => {
      if (value) writer.message(number);
    },
  };
}

/** A nested message; undefined when it is absent. */
export function nested<Content>(number: number, content: Message<Content>): Field<Content | undefined> {
  return {
    number,
    initial: () => undefined,
    read: (reader) => content.read(reader.message()),
    write: (writer, value) => {
      if (value !== undefined) writer.message(number, (inner) => content.write(inner, value));
    },
  };
}

/** A field that says whether it was there. */
export function optional<Value>(field: Field<Value>): Field<Value | undefined> {
  return {
    number: field.number,
    initial: () => undefined,
    read: (reader) => field.read(reader, field.initial()),
    write: (writer, value) => {
      if (value !== undefined) field.write(writer, value);
    },
  };
}

export function repeated<Value>(field: Field<Value>): Field<readonly NonNullable<Value>[]> {
  return {
    number: field.number,
    initial: () => [],
    read: (reader, before) => {
      const value = field.read(reader, field.initial());
      return value === undefined || value === null ? before : [...before, value];
    },
    write: (writer, values) => {
      for (const value of values) field.write(writer, value);
    },
  };
}

/** Decodes a message that says nothing. */
export function noContent(): undefined {
  return undefined;
}
