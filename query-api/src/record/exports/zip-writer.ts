import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { crc32, createDeflateRaw } from 'node:zlib';
import { centralHeader, dataDescriptor, endOfDirectory, localHeader, type ZipEntry } from './zip-records.ts';

/** Takes the bytes of the zip in order; slow takers slow the writer down. */
export type ByteSink = (bytes: Uint8Array) => Promise<void>;

export interface ZippedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The compressor gets blocks of one size whatever pieces come in, so that the same text gives the same bytes. */
const blockBytes = 64 * 1024;

/** Writes a zip as a stream, the same to the byte for the same files; only the list of names is held in memory. */
export class ZipWriter {
  readonly #sink: ByteSink;
  readonly #entries: ZipEntry[] = [];
  readonly #sha256 = createHash('sha256');
  #offset = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  async add(name: string, pieces: AsyncIterable<string | Uint8Array>): Promise<ZippedFile> {
    const nameBytes = Buffer.from(name);
    const offset = this.#offset;
    await this.#write(localHeader(nameBytes));
    const dataOffset = this.#offset;
    const sums = { crc: 0, bytes: 0, sha256: createHash('sha256') };
    const compressor = createDeflateRaw({ level: 6 });
    const feeding = feed(compressor, summed(pieces, sums));
    for await (const bytes of compressor as AsyncIterable<Buffer>) await this.#write(bytes);
    await feeding;
    const { crc, bytes } = sums;
    const compressedBytes = this.#offset - dataOffset;
    const entry = { name: nameBytes, crc, compressedBytes, bytes, offset };
    await this.#write(dataDescriptor(entry));
    this.#entries.push(entry);
    return { name, bytes, sha256: sums.sha256.digest('hex') };
  }

  /**
   * @param commentOf the zip's comment, of a length known beforehand, made from the SHA-256 of all bytes before it: a
   * signature there covers the whole file
   */
  async finish(commentBytes: number, commentOf: (sha256: Buffer) => Buffer): Promise<void> {
    const directoryOffset = this.#offset;
    for (const entry of this.#entries) await this.#write(centralHeader(entry));
    const directory = {
      entries: this.#entries.length,
      offset: directoryOffset,
      bytes: this.#offset - directoryOffset,
    };
    await this.#write(endOfDirectory(directory, commentBytes));
    const comment = commentOf(this.#sha256.copy().digest());
    if (comment.length !== commentBytes) throw new RangeError('the comment is not as long as was said');
    await this.#write(comment);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#sha256.update(bytes);
    this.#offset += bytes.length;
    await this.#sink(bytes);
  }
}

interface Sums {
  crc: number;
  bytes: number;
  readonly sha256: Hash;
}

async function* summed(pieces: AsyncIterable<string | Uint8Array>, sums: Sums): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const piece of pieces) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece);
    sums.crc = crc32(bytes, sums.crc);
    sums.bytes += bytes.length;
    sums.sha256.update(bytes);
    pending.push(bytes);
    pendingBytes += bytes.length;
    if (pendingBytes < blockBytes) continue;
    const joined = Buffer.concat(pending);
    const whole = joined.length - (joined.length % blockBytes);
    for (let at = 0; at < whole; at += blockBytes) yield joined.subarray(at, at + blockBytes);
    pending = [joined.subarray(whole)];
    pendingBytes = joined.length - whole;
  }
  if (pendingBytes > 0) yield Buffer.concat(pending);
}

async function feed(
  compressor: ReturnType<typeof createDeflateRaw>,
  blocks: AsyncIterable<Buffer>,
): Promise<void> {
  try {
    for await (const block of blocks) if (!compressor.write(block)) await once(compressor, 'drain');
    compressor.end();
  } catch (error) {
    compressor.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}
