import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { newId, originOf, parseCheckpointKey, sessionView, signCheckpoint } from '@verbatim/shared';
import { startInstance, type Instance } from '@verbatim/testing/instance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const password = 'correct horse battery';
const root = path.resolve(import.meta.dirname, '..', '..', '..');

let base: string;
let instance: Instance;
let anchors: string;
let backup: string;
let masterKey: string;
let ann: Person;
let bob: Person;
let roomId: string;

interface Person {
  readonly userId: string;
  readonly organizationId: string;
  readonly email: string;
  readonly token: string;
}

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'verbatim-backup-'));
  [anchors, backup] = [path.join(base, 'anchors'), path.join(base, 'backup')];
  instance = await startInstance({ env: { CHECKPOINT_ANCHOR_DIR: anchors } });
  ann = await join('/auth/sign-up', { organizationName: 'Works', displayName: 'Ann' });
  const { code } = z.object({ code: z.string() }).parse(await call(ann, 'POST', '/auth/invitations', {}));
  bob = await join('/auth/accept-invitation', { code, displayName: 'Bob Bobson' });
  const room = await call(ann, 'POST', '/chat/rooms', {
    kind: 'channel',
    name: 'kept',
    participantIds: [bob.userId],
  });
  roomId = z.object({ id: z.string() }).parse(room).id;
  await call(ann, 'POST', `/chat/rooms/${roomId}/messages`, { text: 'what Ann said before' });
  await call(bob, 'POST', `/chat/rooms/${roomId}/messages`, { text: 'what Bob said before' });
  await untilPublished();
  masterKey = (await readFile(path.join(instance.dataDirectory, 'keys', 'master-key'), 'utf8')).trim();
});
afterAll(async () => {
  await instance.remove();
  await rm(base, { recursive: true, force: true });
});

async function join(route: string, body: object): Promise<Person> {
  const email = `${newId()}@example.org`;
  const answer = sessionView.parse(await call(undefined, 'POST', route, { ...body, email, password }));
  const { user, organization, accessToken: token } = answer;
  return { userId: user.id, organizationId: organization.id, email, token };
}

/** Until a checkpoint stands in the log, so that every backup has one. */
async function untilPublished(): Promise<void> {
  const deadline = performance.now() + 60_000;
  const published = z.object({ items: z.array(z.unknown()).min(1) });
  while (!published.safeParse(await call(ann, 'GET', '/audit/events?type=CheckpointPublished')).success) {
    if (performance.now() > deadline) throw new Error('no checkpoint was published');
    await delay(200);
  }
}

async function call(
  person: Pick<Person, 'token'> | undefined,
  method: string,
  route: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(instance.origin + route, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(person !== undefined && { authorization: `Bearer ${person.token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok)
    throw new Error(`${method} ${route} answered ${response.status} ${await response.text()}`);
  return response.json();
}

interface Said {
  readonly code: number;
  readonly text: string;
}

/** As `npm run NAME -- ARGS` does on a machine where everything is built. */
async function run(name: string, args: readonly string[], env: Record<string, string>): Promise<Said> {
  const program = path.join(root, 'standalone', 'dist', 'backup', `${name}-main.js`);
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, ...args], {
      env: { ...process.env, CHECKPOINT_ANCHOR_DIR: anchors, ...env },
    });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = z
      .object({ code: z.number(), stdout: z.string(), stderr: z.string() })
      .parse(error);
    return { code, text: stdout + stderr };
  }
}

async function freshDirectory(name: string): Promise<string> {
  const directory = path.join(base, name);
  await mkdir(path.join(directory, 'keys'), { recursive: true, mode: 0o700 });
  await writeFile(path.join(directory, 'keys', 'master-key'), masterKey);
  return directory;
}

/** Every file in which the words stand, in whatever file. */
async function filesWith(directory: string, words: string): Promise<string[]> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  const found = await Promise.all(
    files
      .filter((file) => file.isFile())
      .map(async ({ parentPath, name }) => {
        const bytes = await readFile(path.join(parentPath, name));
        return bytes.includes(words) ? [path.join(parentPath, name)] : [];
      }),
  );
  return found.flat();
}

describe('a backup', () => {
  it('is taken while the instance serves, holds no master key and no word, and is never written over', async () => {
    const env = { VERBATIM_DATA_DIR: instance.dataDirectory };
    expect(await run('backup', [backup], env)).toMatchObject({ code: 0 });
    for (const words of ['what Ann said', 'Bob Bobson', masterKey, bob.email])
      expect(await filesWith(backup, words)).toEqual([]);
    expect(await run('backup', [backup], env)).toMatchObject({
      code: 1,
      text: expect.stringContaining('not empty') as unknown,
    });
    expect(await run('backup', ['--help'], env)).toMatchObject({ code: 0 });
    expect(await run('backup', [], env)).toMatchObject({ code: 64 });
  });

  it('is refused where something of it was changed, and then nothing is put in place', async () => {
    const dataDirectory = await freshDirectory('refused');
    for (const name of [
      'manifest.json',
      path.join('tables', 'vault.key.jsonl'),
      path.join('events', 'data.mdb'),
    ]) {
      const damaged = path.join(base, 'damaged');
      await cp(backup, damaged, { recursive: true });
      const file = path.join(damaged, name);
      const bytes = await readFile(file);
      // Of the log something that was stored, not free space of a page.
      const at = name.endsWith('.mdb') ? bytes.indexOf('MessageSent') : Math.floor(bytes.length / 2);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      await writeFile(file, bytes);
      const { code, text } = await run('restore', [damaged], { VERBATIM_DATA_DIR: dataDirectory });
      expect([name, code, text]).toEqual([name, 1, expect.any(String)]);
      expect(await readdir(dataDirectory)).not.toContain('events');
      await rm(damaged, { recursive: true, force: true });
    }
  }, 240_000);

  it('opens with no other master key', async () => {
    const dataDirectory = await freshDirectory('other-key');
    const other = Buffer.alloc(32, 'another').toString('base64');
    const env = { VERBATIM_DATA_DIR: dataDirectory, VERBATIM_MASTER_KEY: other };
    expect(await run('restore', [backup], env)).toMatchObject({
      code: 1,
      text: expect.stringContaining('not the master key') as unknown,
    });
  });

  it('comes back without the list of destroyed keys only when it is known that this is lost', async () => {
    const dataDirectory = await freshDirectory('without-list');
    const env = { VERBATIM_DATA_DIR: dataDirectory, CHECKPOINT_ANCHOR_DIR: path.join(base, 'no-anchors') };
    expect(await run('restore', [backup], env)).toMatchObject({
      code: 1,
      text: expect.stringContaining('--accept-lost-erasures') as unknown,
    });
    expect(await readdir(dataDirectory)).not.toContain('events');
    expect(await run('restore', [backup, '--accept-lost-erasures'], env)).toMatchObject({
      code: 0,
      text: expect.stringContaining('is there again') as unknown,
    });
  }, 240_000);

  it('that is older than an erasure, restored, reveals nothing of whom was erased', async () => {
    await call(ann, 'POST', '/audit/erasures', { userId: bob.userId, reason: 'asked by Bob' });
    await call(ann, 'POST', `/chat/rooms/${roomId}/messages`, { text: 'said after the backup' });
    await instance.stop();
    await anchorLaterCheckpoint();
    const dataDirectory = await freshDirectory('restored');
    const env = { VERBATIM_DATA_DIR: dataDirectory };
    const unaware = await run('restore', [backup], env);
    expect(unaware).toMatchObject({ code: 1, text: expect.stringContaining('--accept-loss') as unknown });
    const restored = await run('restore', [backup, '--accept-loss'], env);
    expect(restored).toMatchObject({
      code: 0,
      text: expect.stringContaining('signed checkpoints agree') as unknown,
    });
    expect(await run('restore', [backup, '--accept-loss'], env)).toMatchObject({
      code: 1,
      text: expect.stringContaining('there already') as unknown,
    });

    const old = instance;
    instance = await startInstance({ dataDirectory, env: { CHECKPOINT_ANCHOR_DIR: anchors } });
    await old.remove();
    const session = await call(undefined, 'POST', '/auth/login', { email: ann.email, password });
    const again = { token: sessionView.parse(session).accessToken };
    const history = await call(again, 'GET', `/chat/rooms/${roomId}/messages`);
    const { items } = z
      .object({ items: z.array(z.object({ text: z.string().nullable(), content: z.string() })) })
      .parse(history);
    expect(items.map(({ text, content }) => [content, text])).toEqual([
      ['present', 'what Ann said before'],
      ['erased', null],
    ]);
    await expect(call(undefined, 'POST', '/auth/login', { email: bob.email, password })).rejects.toThrow(
      '401',
    );
    await call(again, 'POST', `/chat/rooms/${roomId}/messages`, { text: 'life goes on' });
    await instance.stop();
    for (const words of ['what Bob said', 'Bob Bobson'])
      expect(await filesWith(dataDirectory, words)).toEqual([]);
    expect(await filesWith(dataDirectory, 'what Ann said')).not.toEqual([]);
  }, 240_000);
});

/** A checkpoint over more events than the backup has, as one that was anchored after it. */
async function anchorLaterCheckpoint(): Promise<void> {
  const file = path.join(instance.dataDirectory, 'keys', 'checkpoint-key');
  const key = parseCheckpointKey(await readFile(file, 'utf8'));
  const [size, folder] = [1_000, path.join(anchors, 'checkpoints', ann.organizationId, '2099-01-01')];
  const note = signCheckpoint(
    { origin: originOf(key, ann.organizationId), size, root: Buffer.alloc(32) },
    key,
  );
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, `${String(size).padStart(16, '0')}.note`), note);
}
