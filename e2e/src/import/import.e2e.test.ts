import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importedMessageId, importedRoomId } from '@verbatim/shared';
import { startInstance, type Instance } from '@verbatim/testing/instance';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Owner } from './owner.ts';
import { runCommand, type CommandResult } from './run-command.ts';
import { sourceMessages } from './source-messages.ts';

/** Real conversations lie beside the checkout; without them there is nothing to import. */
const archive = (name: string): string =>
  fileURLToPath(new URL(`../../../../shared/data/${name}`, import.meta.url));
const files = process.env['VERBATIM_LONG']
  ? ['ubuntu', 'ubuntu-meeting', 'rust', 'stripe', 'mediawiki'].map((name) => archive(`irc/${name}.jsonl.gz`))
  : [archive('smoke.jsonl.gz')];
const importTimeoutMs = process.env['VERBATIM_LONG'] ? 3_600_000 : 600_000;

describe.skipIf(!files.every((file) => existsSync(file)))('importing real conversations', () => {
  let instance: Instance;
  let owner: Owner;

  beforeAll(async () => {
    instance = await startInstance();
    owner = new Owner(instance.origin);
    await owner.signUp();
  });
  afterAll(() => instance.remove());

  const runImport = (file: string, { email, password } = owner): Promise<CommandResult> =>
    runCommand('cli/bin/verbatim.mjs', ['import', '--format', 'jsonl', file, '--origin', instance.origin], {
      VERBATIM_EMAIL: email,
      VERBATIM_PASSWORD: password,
    });

  test.each(files)(
    '%s comes back whole: number, order, authors, text and replies',
    async (file) => {
      const { exitCode, output } = await runImport(file);
      expect(output).toContain(' 0 refused');
      expect(exitCode).toBe(0);
      // Long imports outlive an access token.
      await owner.login(instance.origin);
      await expectHistory(owner, file);
    },
    importTimeoutMs,
  );

  test(
    'the same again changes nothing',
    async () => {
      const [file = ''] = files;
      const { exitCode, output } = await runImport(file);
      expect(output).toContain('0 imported');
      expect(exitCode).toBe(0);
      await expectHistory(owner, file);
    },
    importTimeoutMs,
  );

  test(
    'the read models come back the same to the byte',
    async () => {
      const { exitCode, output } = await runCommand(
        'projections/bin/projections.mjs',
        ['rebuild', '--verify'],
        {
          VERBATIM_DATA_DIR: instance.dataDirectory,
        },
      );
      expect(output).not.toContain('differ');
      expect(exitCode).toBe(0);
    },
    importTimeoutMs,
  );

  test(
    'goes on where it was when everything dies under it: nothing lost, nothing doubled',
    async () => {
      const [file = ''] = files;
      const other = new Owner(instance.origin);
      await other.signUp();

      const cutShort = runImport(file, other);
      await somethingArrived(other, file);
      await instance.kill();
      const { dataDirectory } = instance;
      instance = await startInstance({ dataDirectory, port: Number(new URL(instance.origin).port) });
      // The command that was cut short is still asking, and finds the same instance again.
      expect((await cutShort).exitCode).toBe(0);
      await other.login(instance.origin);
      await expectHistory(other, file);
    },
    importTimeoutMs,
  );
});

async function somethingArrived(owner: Owner, file: string): Promise<void> {
  const rooms = [...sourceMessages(file).keys()];
  await vi.waitFor(
    async () => {
      const [room = ''] = rooms;
      const roomId = importedRoomId(owner.organizationId, room);
      expect((await owner.history(roomId)).length).toBeGreaterThan(0);
    },
    { timeout: 60_000, interval: 50 },
  );
}

async function expectHistory(owner: Owner, file: string): Promise<void> {
  for (const [room, expected] of sourceMessages(file)) {
    const history = await owner.history(importedRoomId(owner.organizationId, room));
    const seen = history.map(({ id, author, text, createdAt, replyTo }) => ({
      id,
      author: author.displayName,
      text,
      createdAt,
      replyTo,
    }));
    expect(seen).toEqual(
      expected.map(({ id, author, text, ts, replyTo }) => ({
        id: importedMessageId(owner.organizationId, id),
        author,
        text,
        createdAt: ts,
        replyTo: replyTo === undefined ? null : importedMessageId(owner.organizationId, replyTo),
      })),
    );
  }
}
