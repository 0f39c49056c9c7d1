import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { DestroyedKeyList } from './destroyed-keys.ts';
import type { KeyScope } from './key-scope.ts';
import { MissingKeyError, VaultUnavailableError, type Keyring, type VaultKey } from './keyring.ts';
import type { MasterKey } from './master-key.ts';

/** What the vault needs of a database; a `pg` pool is one. */
export interface VaultDatabase {
  query(sql: string, values: unknown[]): Promise<{ rows: unknown[] }>;
}

/**
 * The vault's one table. No rebuild touches it, and it commits durably (`synchronous_commit` stays on). A destroyed key
 * leaves its row as a tombstone, and a tombstoned key is never made again.
 */
export const vaultSchema: readonly string[] = [
  `CREATE SCHEMA IF NOT EXISTS vault`,
  `CREATE TABLE IF NOT EXISTS vault.key (
     organization_id uuid NOT NULL,
     scope text NOT NULL,
     wrapped text,
     master_key_id text,
     created_at timestamptz NOT NULL DEFAULT now(),
     destroyed_as text CHECK (destroyed_as IN ('erased', 'expired')),
     destroyed_at timestamptz,
     PRIMARY KEY (organization_id, scope),
     CHECK ((wrapped IS NULL) = (destroyed_as IS NOT NULL))
   )`,
  // What retention may still let go.
  `CREATE INDEX key_of_room_day ON vault.key (organization_id, scope)
     WHERE destroyed_as IS NULL AND scope LIKE 'room-day:%'`,
];

const maxHeldKeys = 50_000;
const keyBytes = 32;

interface KeyRow {
  readonly scope: KeyScope;
  readonly wrapped: string | null;
  readonly master_key_id: string | null;
  readonly destroyed_as: 'erased' | 'expired' | null;
}

export interface VaultOptions {
  /** Master keys that still unwrap what they wrapped, while a rotation is under way. */
  readonly previousMasterKeys?: readonly MasterKey[];
  /** Where destroyed keys are listed outside the database and its backups. */
  readonly destroyedKeys?: DestroyedKeyList;
  /** False while this process may not have heard yet which keys were destroyed: then the vault is asked each time. */
  readonly trustsHeldKeys?: () => boolean;
}

/** A keyring over the vault in Postgres. Keys at hand serve without it, so sending goes on while Postgres is away. */
export class VaultKeyring implements Keyring {
  readonly #database: VaultDatabase;
  readonly #masterKey: MasterKey;
  readonly #masterKeys: ReadonlyMap<string, MasterKey>;
  readonly #destroyedKeys: DestroyedKeyList | undefined;
  readonly #trustsHeldKeys: () => boolean;
  readonly #held = new LRUCache<string, VaultKey>({ max: maxHeldKeys });
  /** Announced to be destroyed, which may take a while: asked for each time until they are. */
  readonly #doomed = new LRUCache<string, true>({ max: maxHeldKeys });

  constructor(database: VaultDatabase, masterKey: MasterKey, options: VaultOptions = {}) {
    this.#database = database;
    this.#masterKey = masterKey;
    const masterKeys = [masterKey, ...(options.previousMasterKeys ?? [])];
    this.#masterKeys = new Map(masterKeys.map((key) => [key.id, key]));
    this.#destroyedKeys = options.destroyedKeys;
    this.#trustsHeldKeys = options.trustsHeldKeys ?? (() => true);
  }

  async prepare(
    organizationId: string,
    scopes: readonly KeyScope[],
    options: { create?: boolean } = {},
  ): Promise<void> {
    const doubtful = this.#doubtful(organizationId, scopes);
    if (doubtful.length === 0) return;
    await this.#load(organizationId, doubtful);
    const unknown = this.#missing(organizationId, doubtful);
    const [first] = unknown;
    if (first === undefined) return;
    if (options.create !== true) throw new MissingKeyError(organizationId, first);
    await this.#create(organizationId, unknown);
    await this.#load(organizationId, unknown);
  }

  lookUp(organizationId: string, scope: KeyScope): VaultKey {
    const held = this.#held.get(nameOf(organizationId, scope));
    if (held === undefined) throw new MissingKeyError(organizationId, scope);
    return held;
  }

  forget(organizationId: string, scopes: readonly KeyScope[]): void {
    for (const scope of scopes) {
      const name = nameOf(organizationId, scope);
      this.#held.delete(name);
      this.#doomed.set(name, true);
    }
  }

  /**
   * Destroys keys for ever, and keeps those from being made that never were. Resolves once that is durable; may be
   * repeated. The first destruction stands: what is expired is not erased afterwards.
   * @throws VaultUnavailableError when the vault does not answer; the keys may be destroyed then or not.
   */
  async destroy(
    organizationId: string,
    scopes: readonly KeyScope[],
    as: 'erased' | 'expired',
  ): Promise<void> {
    if (scopes.length === 0) return;
    const at = new Date().toISOString();
    await this.#destroyedKeys?.add(scopes.map((scope) => ({ organizationId, scope, as, at })));
    this.forget(organizationId, scopes);
    await this.#ask(
      `INSERT INTO vault.key AS known (organization_id, scope, destroyed_as, destroyed_at)
       SELECT $1, scope, $3, $4::timestamptz FROM (SELECT DISTINCT unnest($2::text[]) AS scope) AS given
       ON CONFLICT (organization_id, scope) DO UPDATE
         SET wrapped = NULL, master_key_id = NULL, destroyed_as = $3, destroyed_at = $4::timestamptz
         WHERE known.destroyed_as IS NULL`,
      [organizationId, scopes, as, at],
    );
    this.forget(organizationId, scopes);
  }

  #missing(organizationId: string, scopes: readonly KeyScope[]): KeyScope[] {
    return [...new Set(scopes)].filter((scope) => !this.#held.has(nameOf(organizationId, scope)));
  }

  #doubtful(organizationId: string, scopes: readonly KeyScope[]): KeyScope[] {
    if (!this.#trustsHeldKeys()) return [...new Set(scopes)];
    if (this.#doomed.size === 0) return this.#missing(organizationId, scopes);
    return [...new Set(scopes)].filter((scope) => {
      const name = nameOf(organizationId, scope);
      return this.#doomed.has(name) || !this.#held.has(name);
    });
  }

  async #load(organizationId: string, scopes: readonly KeyScope[]): Promise<void> {
    const rows = await this.#ask(
      `SELECT scope, wrapped, master_key_id, destroyed_as FROM vault.key WHERE organization_id = $1 AND scope = ANY($2)`,
      [organizationId, scopes],
    );
    for (const row of rows as KeyRow[]) {
      const name = nameOf(organizationId, row.scope);
      if (row.destroyed_as !== null) {
        this.#held.set(name, { status: row.destroyed_as });
        this.#doomed.delete(name);
      } else if (row.wrapped !== null)
        this.#held.set(name, { status: 'present', key: this.#unwrap(row.wrapped, row.master_key_id, name) });
    }
  }

  /** @throws VaultUnavailableError when it was wrapped by a master key that this process was not given. */
  #unwrap(wrapped: string, masterKeyId: string | null, name: string): Buffer {
    const masterKey = this.#masterKeys.get(masterKeyId ?? this.#masterKey.id);
    if (masterKey === undefined)
      throw new VaultUnavailableError(`the vault's keys are wrapped by another master key (${masterKeyId})`);
    return masterKey.unwrap(wrapped, name);
  }

  /** Somebody else may make the same key at the same time: the first row wins, and `#load` reads that one. */
  async #create(organizationId: string, scopes: readonly KeyScope[]): Promise<void> {
    const wrapped = scopes.map((scope) =>
      this.#masterKey.wrap(randomBytes(keyBytes), nameOf(organizationId, scope)),
    );
    await this.#ask(
      `INSERT INTO vault.key (organization_id, scope, wrapped, master_key_id)
       SELECT $1, scope, wrapped, $4 FROM unnest($2::text[], $3::text[]) AS made (scope, wrapped)
       ON CONFLICT DO NOTHING`,
      [organizationId, scopes, wrapped, this.#masterKey.id],
    );
  }

  async #ask(sql: string, values: unknown[]): Promise<unknown[]> {
    try {
      return (await this.#database.query(sql, values)).rows;
    } catch (cause) {
      throw new VaultUnavailableError('the key vault does not answer', { cause });
    }
  }
}

const nameOf = (organizationId: string, scope: KeyScope): string => `${organizationId}|${scope}`;
