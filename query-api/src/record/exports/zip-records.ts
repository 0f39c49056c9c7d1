/** The fixed parts of a zip (PKWARE's APPNOTE, 4.3), in the 64-bit form only where a number needs it. */

export interface ZipEntry {
  readonly name: Buffer;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  /** Where its local header begins. */
  readonly offset: number;
}

interface Directory {
  readonly entries: number;
  readonly offset: number;
  readonly bytes: number;
}

const version20 = 20;
/** The first version that knows files beyond 4 GiB. */
const version45 = 45;
/** Sizes follow the data (bit 3), names are UTF-8 (bit 11). */
const flags = 0x0808;
const deflated = 8;
/** 1980-01-01, the first day a zip can name: the time of making would make every zip another. */
const dosDate = 0x0021;
const max32 = 0xffffffff;
const max16 = 0xffff;
const zip64ExtraId = 1;

export function localHeader(name: Buffer): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(version20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(deflated, 8);
  header.writeUInt16LE(dosDate, 12);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

export function dataDescriptor({ crc, compressedBytes, bytes }: ZipEntry): Buffer {
  const is64 = compressedBytes >= max32 || bytes >= max32;
  const fields = Buffer.alloc(is64 ? 24 : 16);
  fields.writeUInt32LE(0x08074b50, 0);
  fields.writeUInt32LE(crc, 4);
  if (is64) {
    fields.writeBigUInt64LE(BigInt(compressedBytes), 8);
    fields.writeBigUInt64LE(BigInt(bytes), 16);
  } else {
    fields.writeUInt32LE(compressedBytes, 8);
    fields.writeUInt32LE(bytes, 12);
  }
  return fields;
}

export function centralHeader({ name, crc, compressedBytes, bytes, offset }: ZipEntry): Buffer {
  const extra = zip64Extra([bytes, compressedBytes, offset].filter((value) => value >= max32));
  const version = extra.length === 0 ? version20 : version45;
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(version, 4);
  header.writeUInt16LE(version, 6);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(deflated, 10);
  header.writeUInt16LE(dosDate, 14);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(Math.min(compressedBytes, max32), 20);
  header.writeUInt32LE(Math.min(bytes, max32), 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(Math.min(offset, max32), 42);
  return Buffer.concat([header, name, extra]);
}

export function endOfDirectory(directory: Directory, commentBytes: number): Buffer {
  const { entries, offset, bytes } = directory;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(entries, max16), 8);
  end.writeUInt16LE(Math.min(entries, max16), 10);
  end.writeUInt32LE(Math.min(bytes, max32), 12);
  end.writeUInt32LE(Math.min(offset, max32), 16);
  end.writeUInt16LE(commentBytes, 20);
  const is64 = entries >= max16 || offset >= max32 || bytes >= max32;
  return is64 ? Buffer.concat([end64(directory), end]) : end;
}

function end64({ entries, offset, bytes }: Directory): Buffer {
  const records = Buffer.alloc(56 + 20);
  records.writeUInt32LE(0x06064b50, 0);
  records.writeBigUInt64LE(44n, 4);
  records.writeUInt16LE(version45, 12);
  records.writeUInt16LE(version45, 14);
  records.writeBigUInt64LE(BigInt(entries), 24);
  records.writeBigUInt64LE(BigInt(entries), 32);
  records.writeBigUInt64LE(BigInt(bytes), 40);
  records.writeBigUInt64LE(BigInt(offset), 48);
  records.writeUInt32LE(0x07064b50, 56);
  records.writeBigUInt64LE(BigInt(offset + bytes), 64);
  records.writeUInt32LE(1, 72);
  return records;
}

function zip64Extra(values: readonly number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(zip64ExtraId, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  for (const [index, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  return extra;
}
