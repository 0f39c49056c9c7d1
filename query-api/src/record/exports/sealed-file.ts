import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const chunkBytes = 64 * 1024;
const nonceBytes = 12;
const tagBytes = 16;
const sealedChunkBytes = chunkBytes + nonceBytes + tagBytes;

/** An export as it is kept: chunks of AES-256-GCM, so that with its key every word of it is gone. */
export class SealedFile {
  readonly #file: string;
  readonly #name: string;

  /** @param name what the chunks are bound to, so that none can be moved into another file */
  constructor(directory: string, name: string) {
    this.#file = path.join(directory, `${name}.sealed`);
    this.#name = name;
  }

  /** Resolves once all is on the disk; a file that is cut off does not exist. */
  async write(
    key: Uint8Array,
    fill: (sink: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    const part = `${this.#file}.part`;
    const handle = await open(part, 'w', 0o600);
    try {
      const chunks = new ChunkWriter(handle, key, this.#name);
      await fill((bytes) => chunks.add(bytes));
      await chunks.end();
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, this.#file);
  }

  async exists(): Promise<boolean> {
    const handle = await this.#open();
    await handle?.close();
    return handle !== undefined;
  }

  /** @throws Error when a chunk was changed, moved or lost. */
  async *read(key: Uint8Array): AsyncGenerator<Buffer> {
    const handle = await this.#open();
    if (handle === undefined) throw new Error(`there is no export ${this.#name}`);
    try {
      const { size } = await handle.stat();
      for (let index = 0, at = 0; at < size; index += 1) {
        const sealed = Buffer.alloc(Math.min(sealedChunkBytes, size - at));
        await handle.read(sealed, 0, sealed.length, at);
        at += sealed.length;
        yield openChunk(key, sealed, boundTo(this.#name, index, at === size));
      }
    } finally {
      await handle.close();
    }
  }

  async remove(): Promise<void> {
    await rm(this.#file, { force: true });
    await rm(`${this.#file}.part`, { force: true });
  }

  async #open(): Promise<FileHandle | undefined> {
    try {
      return await open(this.#file, 'r');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

/** The names of what is kept there. */
export async function keptExports(directory: string): Promise<readonly string[]> {
  const files = await readdir(directory).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return files.flatMap((file) => {
    const name = path.basename(file, '.sealed');
    return z.guid().safeParse(name).success ? [name] : [];
  });
}

class ChunkWriter {
  readonly #handle: FileHandle;
  readonly #key: Uint8Array;
  readonly #name: string;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #index = 0;

  constructor(handle: FileHandle, key: Uint8Array, name: string) {
    this.#handle = handle;
    this.#key = key;
    this.#name = name;
  }

  /** Keeps the last chunk back: that it is the last one is part of what it is sealed with. */
  async add(bytes: Uint8Array): Promise<void> {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes <= chunkBytes) return;
    let joined = Buffer.concat(this.#pending);
    while (joined.length > chunkBytes) {
      await this.#write(joined.subarray(0, chunkBytes), false);
      joined = joined.subarray(chunkBytes);
    }
    this.#pending = [Buffer.from(joined)];
    this.#pendingBytes = joined.length;
  }

  async end(): Promise<void> {
    await this.#write(Buffer.concat(this.#pending), true);
  }

  async #write(bytes: Buffer, isLast: boolean): Promise<void> {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(boundTo(this.#name, this.#index, isLast));
    this.#index += 1;
    const sealed = Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    await this.#handle.writeFile(sealed);
  }
}

function openChunk(key: Uint8Array, sealed: Buffer, aad: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes));
  decipher.setAAD(aad).setAuthTag(sealed.subarray(-tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
}

const boundTo = (name: string, index: number, isLast: boolean): Buffer =>
  Buffer.from(`${name}|${index}|${isLast ? 'last' : 'more'}`);
