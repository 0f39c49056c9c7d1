import { createHash } from 'node:crypto';
import { openBox, sealBox } from './box.ts';

const keyBytes = 32;

/** Wraps the vault's keys (AES-256-GCM); it lives outside the database and outside backups. */
export class MasterKey {
  /** Tells keys apart without revealing them: 8 bytes of SHA-256, hex. */
  readonly id: string;
  readonly #key: Buffer;

  /** @throws RangeError unless it is 32 bytes in base64. */
  constructor(base64: string) {
    this.#key = Buffer.from(base64, 'base64');
    if (this.#key.length !== keyBytes) throw new RangeError('a master key has 32 bytes, in base64');
    this.id = createHash('sha256')
      .update('verbatim master key id')
      .update(this.#key)
      .digest('hex')
      .slice(0, 16);
  }

  /** @param boundTo organization and scope, so that a wrapped key can't be moved to another row. */
  wrap(key: Uint8Array, boundTo: string): string {
    return sealBox(this.#key, Buffer.from(key).toString('base64'), boundTo);
  }

  /** @throws Error when it was wrapped by another master key or for another row. */
  unwrap(wrapped: string, boundTo: string): Buffer {
    return Buffer.from(openBox(this.#key, wrapped, boundTo), 'base64');
  }
}
