import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  auditEntryView,
  checkpointKeyFromSeed,
  messageTrailView,
  newId,
  originOf,
  sessionView,
  signCheckpoint,
} from '@verbatim/shared';
import { startInstance, type Instance } from '@verbatim/testing/instance';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { CommandFailure, UsageError } from '../command.ts';
import { auditCommand } from './audit-command.ts';

const password = 'correct horse battery';
const email = `${newId()}@example.org`;

let directory: string;
let instance: Instance;
let token: string;
let open: string;
let closed: string;
let messageId: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-audit-'));
  instance = await startInstance();
  vi.stubEnv('VERBATIM_EMAIL', email);
  vi.stubEnv('VERBATIM_PASSWORD', password);
  vi.stubEnv('VERBATIM_DATA_DIR', instance.dataDirectory);
  const body = { organizationName: 'Works', displayName: 'Olga', email, password };
  token = sessionView.parse(await post('/auth/sign-up', body)).accessToken;
  open = await post('/chat/rooms', { kind: 'channel', name: 'open' }).then(idOf);
  closed = await post('/chat/rooms', { kind: 'group', name: 'closed' }).then(idOf);
  messageId = await post(`/chat/rooms/${open}/messages`, { text: 'said\u001b[31m openly' }).then(idOf);
  await post(`/chat/rooms/${closed}/messages`, { text: 'said in private' });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await instance.remove();
  await rm(directory, { recursive: true, force: true });
});

const idOf = (answer: unknown): string => z.object({ id: z.string() }).parse(answer).id;

const post = (route: string, body: object): Promise<unknown> => command('POST', route, body);

async function command(method: string, route: string, body: object): Promise<unknown> {
  const response = await fetch(instance.origin + route, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${route} answered ${response.status} ${await response.text()}`);
  return response.json();
}

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As at a terminal where nobody sits. */
async function audit(...args: string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const listening = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += String(text);
      return true;
    }),
  );
  const isLocal = args[0] === 'verify';
  try {
    const code = await auditCommand.run([...args, ...(isLocal ? [] : ['--origin', instance.origin])]);
    return { code, ...said };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof UsageError || error instanceof TypeError) return { code: 64, ...said };
    if (error instanceof CommandFailure) return { code: 1, ...said, stderr: said.stderr + error.message };
    throw error;
  } finally {
    for (const spy of listening) spy.mockRestore();
  }
}

const entriesIn = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => auditEntryView.parse(JSON.parse(line)));

/** Until the record has read all that happened above. */
async function settled(): Promise<void> {
  const response = await fetch(`${instance.origin}/audit/events?limit=1`, {
    headers: { authorization: `Bearer ${token}`, 'x-min-position': positionOfLast },
  });
  expect(response.status).toBe(200);
}
let positionOfLast = '0';

describe('the audit command', () => {
  it('explains itself and every action', async () => {
    for (const action of ['events', 'room-at', 'replay', 'trail', 'export', 'verify', 'holds', 'erase']) {
      expect(auditCommand.help).toContain(action);
      expect(auditCommand.helpFor?.([action])).toContain(`npm run audit -- ${action}`);
    }
    expect(await audit('nothing')).toMatchObject({ code: 64 });
    expect(await audit('events', '--nonsense')).toMatchObject({ code: 64 });
    expect(await audit('room-at')).toMatchObject({ code: 64 });
  });

  it('lists events as a table and as JSON lines', async () => {
    const sent = z
      .object({ position: z.string() })
      .parse(await post(`/chat/rooms/${open}/messages`, { text: 'last' }));
    positionOfLast = sent.position;
    await settled();
    const json = await audit('events', '--all', '--json');
    expect(json.code).toBe(0);
    const entries = entriesIn(json.stdout);
    expect(entries.map(({ leafIndex }) => leafIndex)).toEqual(entries.map((_, index) => index));
    const { stdout } = await audit('events', '--type', 'MessageSent', '--room', open);
    expect(stdout).toMatch(/^position +at +who +action/);
    expect(stdout).toContain('Olga');
    expect(stdout).toContain('said\\u001b[31m openly');
    expect(stdout).not.toContain('\u001b');
  });

  it('asks for a reason where one is needed, and takes one', async () => {
    const refused = await audit('room-at', closed);
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('--reason') as unknown,
    });
    const { code, stdout } = await audit('room-at', closed, '--reason', 'a matter of record');
    expect([code, stdout]).toEqual([0, expect.stringContaining('said in private')]);
    expect((await audit('room-at', newId())).code).toBe(1);
  });

  it('shows a room as of a moment, all of it in pages, and replays it', async () => {
    const [sent] = entriesIn((await audit('events', '--entity', messageId, '--json')).stdout);
    const then = await audit('room-at', open, '--position', sent?.position ?? '', '--all');
    expect(then.stdout).toContain('openly');
    expect(then.stdout).not.toContain('last');
    const replayed = await audit('replay', open, '--json');
    expect(entriesIn(replayed.stdout).map(({ type }) => type)).toEqual([
      'RoomCreated',
      'ParticipantJoined',
      'MessageSent',
      'MessageSent',
    ]);
    expect((await audit('replay', open)).stdout.trim().split('\n')).toHaveLength(4);
  });

  it('verifies the trail of a message off line, and finds what was changed in it', async () => {
    const { stdout } = await audit('trail', messageId, '--json');
    const file = path.join(directory, 'trail.json');
    const key = path.join(instance.dataDirectory, 'keys', 'checkpoint-key');
    await writeFile(file, stdout);
    const sound = await audit('verify', file, '--json');
    expect(JSON.parse(sound.stdout)).toMatchObject({ ok: true, events: 1, isKeyItsOwn: true });
    expect(await readFile(key, 'utf8')).toContain(
      z.object({ keyName: z.string() }).parse(JSON.parse(sound.stdout)).keyName,
    );
    const position = entriesIn((await audit('events', '--entity', messageId, '--json')).stdout)[0]?.position;
    for (const [from, to] of [
      ['openly', 'secretly'],
      [/"created":"2/, '"created":"1'],
      [/"actorId":"./, '"actorId":"-'],
      [/"hashes":\[".{4}/, '"hashes":["AAAA'],
    ] as const) {
      await writeFile(file, stdout.replace(from, to));
      const changed = await audit('verify', file, '--json');
      expect(changed.code).toBe(1);
      expect(JSON.parse(changed.stdout)).toMatchObject({ ok: false, faults: [{ position }] });
    }
    await writeFile(file, stdout);
    const { stdout: told } = await audit('verify', file);
    expect(told).toContain(`a trail of message-${messageId} as it was signed`);
    expect(told).toContain('Only told are names');
  });

  it('verifies the trail of a message to which all that can happen did', async () => {
    const replyTo = messageId;
    const id = idOf(await post(`/chat/rooms/${open}/messages`, { text: 'said to @Olga', replyTo }));
    const emoji = encodeURIComponent('👍');
    for (const [method, route, body] of [
      ['PUT', `/reactions/${emoji}`, {}],
      ['PATCH', '', { text: 'said again' }],
      ['PUT', '/pin', {}],
      ['PUT', `/reactions/${encodeURIComponent('🎉')}`, {}],
      ['DELETE', `/reactions/${emoji}`, {}],
      ['DELETE', '/pin', {}],
      ['PATCH', '', { text: 'said anew' }],
      ['DELETE', '', {}],
    ] as const)
      positionOfLast = z
        .object({ position: z.string() })
        .parse(await command(method, `/chat/messages/${id}${route}`, body)).position;
    await settled();
    const { stdout } = await audit('trail', id, '--json');
    const file = path.join(directory, 'long-trail.json');
    await writeFile(file, stdout);
    const { code, stdout: report } = await audit('verify', file, '--json');
    expect([code, JSON.parse(report)]).toMatchObject([
      0,
      { faults: [], events: 9, wordsGone: 0, stream: `message-${id}` },
    ]);
    const trail = messageTrailView.parse(JSON.parse(stdout));
    await writeFile(file, JSON.stringify({ ...trail, items: trail.items.toSpliced(4, 1) }));
    const holed = await audit('verify', file, '--json');
    expect([holed.code, JSON.parse(holed.stdout)]).toMatchObject([
      1,
      { faults: [{ position: trail.items[5]?.position }] },
    ]);
  });

  it('verifies the stores of the running instance', async () => {
    const { code, stdout } = await audit('verify', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ ok: true, faults: [] })]);
    const told = (await audit('verify')).stdout;
    expect(told).toContain('as they were recorded');
    expect(told).toContain('The record was compared');
    expect(told).toContain('came from the instance itself');
    const response = await fetch(`${instance.origin}/audit/key`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const withKey = await audit('verify', '--key', (await response.text()).trim());
    expect([withKey.code, withKey.stdout]).toEqual([0, expect.not.stringContaining('the instance itself')]);
  });

  it('takes only such anchors as hold something', async () => {
    const anchors = path.join(directory, 'anchors');
    const held = (note: string) =>
      writeFile(path.join(anchors, 'checkpoints', 'kept.note'), note).then(() =>
        audit('verify', '--anchors', anchors, '--json'),
      );
    await mkdir(path.join(anchors, 'checkpoints'), { recursive: true });
    const response = await fetch(`${instance.origin}/audit/checkpoint`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const note = await response.text();
    const { code, stdout } = await held(note);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { ok: true, anchorsHeld: 1 }]);
    const changed = await held(note.replace('\n', '\n1'));
    expect([changed.code, JSON.parse(changed.stdout)]).toMatchObject([1, { faults: [{}] }]);
    const other = checkpointKeyFromSeed('verbatim.test', Buffer.alloc(32, 1));
    const root = Buffer.alloc(32);
    const foreign = await held(signCheckpoint({ origin: originOf(other, newId()), size: 9, root }, other));
    expect([foreign.code, JSON.parse(foreign.stdout)]).toMatchObject([2, { ok: false }]);
    expect((await audit('verify', '--anchors', path.join(anchors, 'checkpoints'))).code).toBe(2);
  });

  it('tells what cannot be verified from what was changed', async () => {
    const none = path.join(directory, 'none');
    const empty = path.join(directory, 'empty.json');
    await writeFile(empty, '');
    for (const args of [
      [none],
      [empty],
      [empty, '--key', 'no key'],
      ['--anchors', none],
      ['--key', 'no key'],
    ]) {
      const { code, stdout, stderr } = await audit('verify', ...args, '--json');
      expect([args, code]).toEqual([args, 2]);
      expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: expect.stringMatching(/./) as unknown });
      expect(stderr).toContain('cannot be verified');
    }
    expect(await audit('verify', '--anchors', none)).toMatchObject({ code: 2, stdout: '' });
  });
});
