import { createHash } from 'node:crypto';
import type { KeyScope } from './key-scope.ts';
import { MissingKeyError, type Keyring, type VaultKey } from './keyring.ts';

/** A keyring for unit tests: every key is there, derived from its name, until a test destroys it. */
export class FixtureKeyring implements Keyring {
  readonly #destroyed = new Map<string, VaultKey>();

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  lookUp(organizationId: string, scope: KeyScope): VaultKey {
    const name = `${organizationId}|${scope}`;
    const key = createHash('sha256').update(name).digest();
    return this.#destroyed.get(name) ?? { status: 'present', key };
  }

  forget(): void {
    throw new MissingKeyError('', 'organization');
  }

  destroy(organizationId: string, scope: KeyScope, as: 'erased' | 'expired'): void {
    this.#destroyed.set(`${organizationId}|${scope}`, { status: as });
  }
}
