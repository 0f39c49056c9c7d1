import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  commandAnswer,
  erasureView,
  invitationView,
  newId,
  sessionView,
  subprotocol,
  type SessionView,
} from '@verbatim/shared/browser';
import { startInstance, type Instance } from '@verbatim/testing/instance';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { runCommand } from '../import/run-command.ts';

let instance: Instance;
let owner: SessionView;

beforeAll(async () => {
  instance = await startInstance();
  const body = { organizationName: 'Works', displayName: 'Olga', email: `${newId()}@e2e.test`, password };
  owner = sessionView.parse(await call('POST', '/auth/sign-up', body));
});
afterAll(() => instance.remove());

const password = 'correct horse battery staple';

async function call(method: string, target: string, body?: unknown, token?: string): Promise<unknown> {
  const response = await fetch(instance.origin + target, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${method} ${target}: ${JSON.stringify(answer)}`);
  return answer;
}
const asOwner = (method: string, target: string, body?: unknown): Promise<unknown> =>
  call(method, target, body, owner.accessToken);

const frameTimeoutMs = 30_000;

/** Somebody who receives frames, and keeps each as it came. */
class Listener {
  readonly frames: string[] = [];
  readonly #socket: WebSocket;

  constructor(resume: object = {}) {
    this.#socket = new WebSocket(instance.origin.replace('http', 'ws') + '/ws', subprotocol);
    this.#socket.on('open', () =>
      this.#socket.send(JSON.stringify({ type: 'hello', token: owner.accessToken, resume })),
    );
    this.#socket.on('message', (data: Buffer) => this.frames.push(data.toString('utf8')));
  }

  /** Resolves with the first frame of which this is so, past ones too. @throws with what came when it does not come */
  async frame(isIt: (frame: string) => boolean): Promise<string> {
    const signal = AbortSignal.timeout(frameTimeoutMs);
    for (;;) {
      const found = this.frames.find(isIt);
      if (found !== undefined) return found;
      await once(this.#socket, 'message', { signal }).catch((cause: unknown) => {
        throw new Error(`no such frame among\n${this.frames.join('\n')}`, { cause });
      });
    }
  }

  close(): void {
    this.#socket.close();
  }
}
const isOfType =
  (type: string) =>
  (frame: string): boolean =>
    frame.includes(`"type":"${type}"`);

async function filesWith(words: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(instance.dataDirectory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const bytes = await readFile(file).catch(() => Buffer.alloc(0)); // removed since it was listed
    if (words.some((word) => bytes.includes(word))) found.push(file);
  }
  return found;
}

test('an erased person’s words are in no frame, no file and no rebuilt read model', async () => {
  const mark = newId().replaceAll('-', '');
  const words = [`name${mark}`, `said${mark}`, `mail${mark}`];
  const { code } = invitationView.parse(await asOwner('POST', '/auth/invitations', {}));
  const account = { code, displayName: words[0], email: `${words[2]}@e2e.test`, password };
  const author = sessionView.parse(await call('POST', '/auth/accept-invitation', account));
  const room = { kind: 'channel', name: 'talk', participantIds: [author.user.id] };
  const { id: roomId } = commandAnswer.parse(await asOwner('POST', '/chat/rooms', room));
  const live = new Listener();
  await live.frame(isOfType('ready'));
  await call('POST', `/chat/rooms/${roomId}/messages`, { text: words[1] }, author.accessToken);
  await live.frame((frame) => frame.includes(words[1] ?? ''));

  const asked = await asOwner('POST', '/audit/erasures', { userId: author.user.id, reason: 'asked for' });
  const { id: erasureId } = commandAnswer.parse(asked);
  const reset = await live.frame(isOfType('reset'));
  expect(reset).toContain(roomId);
  live.close();
  // What the relay would have replayed from memory, and what it reads for whoever was away.
  for (const resume of [{ [roomId]: 0 }, { [roomId]: { seq: 0, epoch: 0 } }]) {
    const away = new Listener(resume);
    await away.frame(isOfType('ready'));
    await call('POST', `/chat/rooms/${roomId}/messages`, { text: 'and after' }, owner.accessToken);
    await away.frame((frame) => frame.includes('and after'));
    expect(away.frames.filter((frame) => words.some((word) => frame.includes(word)))).toEqual([]);
    away.close();
  }

  const status = async (): Promise<string> =>
    erasureView.parse(await asOwner('GET', `/audit/erasures/${erasureId}`)).status;
  await expect.poll(status, { timeout: 40_000 }).toBe('done');
  expect(await filesWith(words)).toEqual([]);

  const env = { VERBATIM_DATA_DIR: instance.dataDirectory };
  const rebuilt = await runCommand('projections/bin/projections.mjs', ['rebuild'], env);
  expect([rebuilt.exitCode, rebuilt.output]).toEqual([0, expect.any(String)]);
  expect(await filesWith(words)).toEqual([]);
  const page = z
    .object({ items: z.array(z.object({ content: z.string(), text: z.string().nullable() })) })
    .parse(await asOwner('GET', `/chat/rooms/${roomId}/messages?after=0`));
  expect(page.items[0]).toEqual({ content: 'erased', text: null });

  await instance.kill();
  expect(await filesWith(words)).toEqual([]);
  const { dataDirectory } = instance;
  instance = await startInstance({ dataDirectory, port: Number(new URL(instance.origin).port) });
  expect(await status()).toBe('done');
  expect(await filesWith(words)).toEqual([]);
});
