import { randomBytes, randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freshDatabase, type FreshDatabase } from '@verbatim/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountsSchema } from '../accounts/accounts-schema.ts';
import { migrate } from '../postgres/migrate.ts';
import { createPool, type Database } from '../postgres/pool.ts';
import { DestroyedKeyList, type DestroyedKey } from './destroyed-keys.ts';
import { organizationScope, personScope, roomDayScope, type KeyScope } from './key-scope.ts';
import { MissingKeyError, VaultUnavailableError } from './keyring.ts';
import { MasterKey } from './master-key.ts';
import { rotateMasterKey } from './rotate-master-key.ts';
import { vaultDatabase } from './vault-database.ts';
import { VaultKeyring, vaultSchema } from './vault.ts';

const newMasterKey = (): MasterKey => new MasterKey(randomBytes(32).toString('base64'));

async function keysOf(list: DestroyedKeyList): Promise<DestroyedKey[]> {
  const keys: DestroyedKey[] = [];
  for await (const key of list.read()) keys.push(key);
  return keys;
}

describe('the vault', () => {
  let fresh: FreshDatabase;
  let database: Database;
  let directory: string;
  const masterKey = newMasterKey();
  const organizationId = randomUUID();

  beforeAll(async () => {
    fresh = await freshDatabase();
    database = createPool(fresh.url, { applicationName: 'test' });
    await migrate(database, 'vault', vaultSchema);
    await migrate(database, 'accounts', accountsSchema);
  });
  afterAll(async () => {
    await database.destroy();
    await fresh.drop();
  });
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-anchors-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const open = (options: ConstructorParameters<typeof VaultKeyring>[2] = {}, key = masterKey) =>
    new VaultKeyring(vaultDatabase(database), key, options);
  const made = async (scope: KeyScope): Promise<void> =>
    open().prepare(organizationId, [scope], { create: true });

  test('shows a destroyed key as what destroyed it, in every process, and never makes it again', async () => {
    const scope = personScope(randomUUID());
    const keyring = open();
    await keyring.prepare(organizationId, [scope], { create: true });
    expect(keyring.lookUp(organizationId, scope).status).toBe('present');

    await keyring.destroy(organizationId, [scope], 'erased');

    for (const holder of [keyring, open()]) {
      await holder.prepare(organizationId, [scope], { create: true });
      expect(holder.lookUp(organizationId, scope)).toEqual({ status: 'erased' });
    }
    const { rows } = await database.raw<{ rows: unknown[] }>(
      'SELECT wrapped, master_key_id FROM vault.key WHERE scope = ?',
      [scope],
    );
    expect(rows).toEqual([{ wrapped: null, master_key_id: null }]);
  });

  test('keeps from being made what was destroyed before it ever was', async () => {
    const scope = roomDayScope(randomUUID(), '2020-01-01');
    await open().destroy(organizationId, [scope], 'expired');
    const keyring = open();
    await keyring.prepare(organizationId, [scope], { create: true });
    expect(keyring.lookUp(organizationId, scope)).toEqual({ status: 'expired' });
  });

  test('asks again for what is announced to be destroyed, until it is', async () => {
    const scope = personScope(randomUUID());
    const [holder, destroyer] = [open(), open()];
    await holder.prepare(organizationId, [scope], { create: true });
    holder.forget(organizationId, [scope]);
    await holder.prepare(organizationId, [scope]);
    expect(holder.lookUp(organizationId, scope).status).toBe('present');
    await destroyer.destroy(organizationId, [scope], 'erased');
    await holder.prepare(organizationId, [scope]);
    expect(holder.lookUp(organizationId, scope)).toEqual({ status: 'erased' });
  });

  test('trusts no held key while it may not have heard of a destruction', async () => {
    const scope = personScope(randomUUID());
    let isUpToDate = true;
    const holder = open({ trustsHeldKeys: () => isUpToDate });
    await holder.prepare(organizationId, [scope], { create: true });
    await open().destroy(organizationId, [scope], 'erased');
    await holder.prepare(organizationId, [scope]);
    expect(holder.lookUp(organizationId, scope).status).toBe('present');
    isUpToDate = false;
    await holder.prepare(organizationId, [scope]);
    expect(holder.lookUp(organizationId, scope)).toEqual({ status: 'erased' });
  });

  test('lets the first destruction stand', async () => {
    const scope = personScope(randomUUID());
    await open().destroy(organizationId, [scope], 'expired');
    await open().destroy(organizationId, [scope, scope], 'erased');
    const keyring = open();
    await keyring.prepare(organizationId, [scope]);
    expect(keyring.lookUp(organizationId, scope)).toEqual({ status: 'expired' });
  });

  test('calls an absent key and a vault that is away faults, never erasures', async () => {
    const scope = personScope(randomUUID());
    await expect(open().prepare(organizationId, [scope])).rejects.toThrow(MissingKeyError);
    expect(() => open().lookUp(organizationId, scope)).toThrow(MissingKeyError);
    const away = new VaultKeyring({ query: () => Promise.reject(new Error('away')) }, masterKey);
    await expect(away.prepare(organizationId, [scope])).rejects.toThrow(VaultUnavailableError);
  });

  test('calls keys under a master key that it was not given a fault too', async () => {
    await made(organizationScope);
    await expect(open({}, newMasterKey()).prepare(organizationId, [organizationScope])).rejects.toThrow(
      VaultUnavailableError,
    );
  });

  test('lists what it destroys outside of the database first', async () => {
    const list = new DestroyedKeyList(directory);
    const scope = personScope(randomUUID());
    const away = new VaultKeyring({ query: () => Promise.reject(new Error('away')) }, masterKey, {
      destroyedKeys: list,
    });
    await expect(away.destroy(organizationId, [scope], 'erased')).rejects.toThrow(VaultUnavailableError);
    await open({ destroyedKeys: list }).destroy(organizationId, [scope], 'erased');
    const listed = await keysOf(list);
    expect(listed).toMatchObject([
      { organizationId, scope, as: 'erased' },
      { organizationId, scope, as: 'erased' },
    ]);
  });

  test('passes over a line of the list that a crash cut short, and no other', async () => {
    const list = new DestroyedKeyList(directory);
    expect(await keysOf(list)).toEqual([]);
    const key = {
      organizationId,
      scope: organizationScope,
      as: 'erased',
      at: '2026-11-22T00:00:00.000Z',
    } as const;
    await list.add([key]);
    await appendFile(path.join(directory, 'destroyed-keys.jsonl'), '\n{"organizationId":"0');
    expect(await keysOf(list)).toEqual([key]);
    await list.add([key, key]);
    expect(await keysOf(list)).toEqual([key, key, key]);

    const whole = await readFile(path.join(directory, 'destroyed-keys.jsonl'), 'utf8');
    const middle = whole.indexOf('"at"', whole.length / 2);
    for (const damaged of [
      whole.slice(0, middle) + '~' + whole.slice(middle + 1),
      whole.replace('}\n', '~\n'),
      whole.replace('}\n\n', '}~\n'),
      `${whole}{"organizationId":"0\n`,
      `${whole}\0\0\n`,
    ]) {
      await writeFile(path.join(directory, 'destroyed-keys.jsonl'), damaged);
      await expect(keysOf(list)).rejects.toThrow(/^line \d+ of .* cannot be read$/);
    }
  });

  test('changes its master key while both are at hand, and needs the old one no longer', async () => {
    const scope = personScope(randomUUID());
    const keyring = open();
    await keyring.prepare(organizationId, [scope], { create: true });
    const before = keyring.lookUp(organizationId, scope);
    await database.raw('INSERT INTO accounts.secret (name, wrapped) VALUES (?, ?)', [
      'a secret',
      masterKey.wrap(Buffer.from('of the house'), 'a secret'),
    ]);
    const next = newMasterKey();
    const during = open({ previousMasterKeys: [masterKey] }, next);
    await during.prepare(organizationId, [scope]);
    expect(during.lookUp(organizationId, scope)).toEqual(before);

    expect(await rotateMasterKey(database, masterKey, next)).toBeGreaterThan(0);
    expect(await rotateMasterKey(database, masterKey, next)).toBe(0);

    const after = open({}, next);
    await after.prepare(organizationId, [scope]);
    expect(after.lookUp(organizationId, scope)).toEqual(before);
    await expect(open().prepare(organizationId, [scope])).rejects.toThrow(VaultUnavailableError);
    const { rows } = await database.raw<{ rows: { wrapped: string }[] }>(
      'SELECT wrapped FROM accounts.secret',
    );
    expect(next.unwrap(rows[0]?.wrapped ?? '', 'a secret').toString()).toBe('of the house');
  });
});
