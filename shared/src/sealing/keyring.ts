import type { KeyScope } from './key-scope.ts';

/** What a vault says of a key: there, or destroyed by erasure (`erased`) or retention (`expired`). */
export type VaultKey =
  { readonly status: 'present'; readonly key: Uint8Array } | { readonly status: 'erased' | 'expired' };

/**
 * The keys that one process holds. Asking is split from using, so that sealing and opening are synchronous and a
 * batch asks the vault once.
 */
export interface Keyring {
  /**
   * Makes sure that these keys can be looked up: from memory, else from the vault; missing ones are made (durably,
   * before this resolves) when `create` is set.
   * @throws VaultUnavailableError when the vault does not answer, MissingKeyError when it has never heard of one.
   */
  prepare(organizationId: string, scopes: readonly KeyScope[], options?: { create?: boolean }): Promise<void>;
  /** @throws MissingKeyError when the key was not prepared. */
  lookUp(organizationId: string, scope: KeyScope): VaultKey;
  /** Drops keys that were destroyed, from memory. */
  forget(organizationId: string, scopes: readonly KeyScope[]): void;
}

/** A key is absent without a tombstone: a fault, never an erasure. */
export class MissingKeyError extends Error {
  override readonly name = 'MissingKeyError';
  readonly organizationId: string;
  readonly scope: KeyScope;

  constructor(organizationId: string, scope: KeyScope) {
    super(`the vault has no key for ${scope} of organization ${organizationId}`);
    this.organizationId = organizationId;
    this.scope = scope;
  }
}

/** The vault did not answer; what needs a key waits. */
export class VaultUnavailableError extends Error {
  override readonly name = 'VaultUnavailableError';
}
