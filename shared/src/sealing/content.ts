import { contentKey, openBox, sealBox } from './box.ts';
import type { KeyScope } from './key-scope.ts';
import type { Keyring } from './keyring.ts';

/** Why text may be gone for good: its author was erased, or its day is past retention. */
export type GoneContent = { readonly status: 'erased' | 'expired' };

/** Sealed fields once opened. */
export type Content<Fields> = { readonly status: 'present'; readonly fields: Fields } | GoneContent;

/** Sealed fields as they are stored: which vault keys make the content key, and the box. */
export interface SealedContent {
  readonly keys: readonly KeyScope[];
  readonly box: string;
}

export const present = <Fields>(fields: Fields): Content<Fields> => ({ status: 'present', fields });

/** The opened fields, or undefined when they are gone. */
export const fieldsOf = <Fields>(content: Content<Fields>): Fields | undefined =>
  content.status === 'present' ? content.fields : undefined;

const maxCachedContentKeys = 20_000;

/** Seals and opens with the keys of a keyring; every scope must have been prepared there. */
export class Sealer {
  readonly #keyring: Keyring;
  readonly #contentKeys = new Map<string, { readonly parts: readonly Uint8Array[]; readonly key: Buffer }>();

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  /** @throws GoneKeyError when one of the keys was destroyed: nothing new can be written under it. */
  seal(organizationId: string, keys: readonly KeyScope[], plain: string, boundTo: string): SealedContent {
    const key = this.#contentKey(organizationId, keys);
    if ('status' in key) throw new GoneKeyError(key.status);
    return { keys, box: sealBox(key, plain, boundTo) };
  }

  open(organizationId: string, sealed: SealedContent, boundTo: string): Content<string> {
    const key = this.#contentKey(organizationId, sealed.keys);
    if ('status' in key) return key;
    return present(openBox(key, sealed.box, boundTo));
  }

  /** Asks the keyring each time, so that a destroyed key is never served from this cache. */
  #contentKey(organizationId: string, scopes: readonly KeyScope[]): Buffer | GoneContent {
    const parts: Uint8Array[] = [];
    for (const scope of scopes) {
      const found = this.#keyring.lookUp(organizationId, scope);
      if (found.status !== 'present') return { status: found.status };
      parts.push(found.key);
    }
    const name = `${organizationId}|${scopes.join('|')}`;
    const cached = this.#contentKeys.get(name);
    if (cached?.parts.every((part, index) => part === parts[index])) return cached.key;
    if (this.#contentKeys.size >= maxCachedContentKeys) this.#contentKeys.clear();
    const key = contentKey(parts);
    this.#contentKeys.set(name, { parts, key });
    return key;
  }
}

/** Something was to be sealed under a destroyed key. */
export class GoneKeyError extends Error {
  override readonly name = 'GoneKeyError';
  readonly reason: GoneContent['status'];

  constructor(reason: GoneContent['status']) {
    super(`the key to seal with is ${reason}`);
    this.reason = reason;
  }
}
