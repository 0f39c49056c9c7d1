import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';

const deflated = 8;
/** Unpacked at once: zlib's own 16 KiB would be handed on from stream to stream as often as once for a few lines. */
const pieceBytes = 256 * 1024;

/** The files of a zip, read as streams. */
export class Archive {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#entries = entries;
  }

  /** @throws Error when the file is no zip whose list of files can be read. */
  static async open(file: string): Promise<Archive> {
    const zip = await yauzl.openPromise(file, { autoClose: false });
    const entries = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) {
      // Other programs might show the one that was not verified.
      if (entries.has(entry.fileName)) throw new Error(`it holds ${entry.fileName} twice`);
      entries.set(entry.fileName, entry);
    }
    return new Archive(zip, entries);
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** The pieces of a file; none when there is no such file. `onEnd` is told its length and SHA-256. */
  async *read(name: string, onEnd?: (file: FileSum) => void): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    const sha256 = createHash('sha256');
    let bytes = 0;
    for await (const piece of await this.#unpacked(entry)) {
      sha256.update(piece);
      bytes += piece.length;
      yield piece;
    }
    if (bytes !== entry.uncompressedSize) throw new Error(`${name} is not as long as the zip says`);
    onEnd?.({ name, bytes, sha256: sha256.digest('hex') });
  }

  async #unpacked(entry: Entry): Promise<AsyncIterable<Buffer>> {
    if (entry.compressionMethod !== deflated) return this.#zip.openReadStreamPromise(entry);
    const packed = await this.#zip.openReadStreamPromise(entry, { decompress: false });
    // A failure to read comes out of the end that is read.
    return pipeline(packed, createInflateRaw({ chunkSize: pieceBytes }), () => undefined);
  }

  async sum(name: string): Promise<FileSum | undefined> {
    let sum: FileSum | undefined;
    for await (const _ of this.read(name, (found) => (sum = found)));
    return sum;
  }

  /** @throws RangeError for a file that is longer. */
  async text(name: string, maxBytes: number): Promise<string> {
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of this.read(name)) {
      bytes += piece.length;
      if (bytes > maxBytes) throw new RangeError(`${name} is longer than ${maxBytes} bytes`);
      pieces.push(piece);
    }
    return Buffer.concat(pieces).toString();
  }

  close(): void {
    this.#zip.close();
  }
}

export interface FileSum {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}
