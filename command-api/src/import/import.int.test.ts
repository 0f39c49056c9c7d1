import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { importAnswer, importedMessageId, importedUserId, type SessionView } from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { freshStores, startApi, type RunningApi } from '../command-api-fixture.ts';
import { TestClient } from '../http-client-fixture.ts';

/** Beside the repository; the test is skipped where it is absent. */
const publicChats = new URL('../../../../shared/data/smoke.jsonl.gz', import.meta.url);

let stores: Awaited<ReturnType<typeof freshStores>>;
let api: RunningApi;
let anybody: TestClient;

beforeAll(async () => {
  stores = await freshStores();
  api = await startApi(stores);
  anybody = new TestClient(api.origin);
});

afterAll(async () => {
  await api.stop();
  await stores.stop();
});

async function founder(): Promise<{ session: SessionView; client: TestClient }> {
  const session = await anybody.signUp();
  return { session, client: anybody.as(session) };
}

const said = (sourceId: string, text: string, more: object = {}) => ({
  sourceId,
  at: '2015-03-01T10:00:00.000Z',
  as: { sourceUserId: 'u1', displayName: 'Old Timer' },
  command: { type: 'SendMessage', room: 'lobby', text, ...more },
});

async function importItems(client: TestClient, items: readonly unknown[]) {
  const reply = await client.post('/chat/import', { items });
  expect(reply.status).toBe(200);
  return importAnswer.parse(reply.body).results;
}

async function storedMessages(): Promise<string[]> {
  const streams: string[] = [];
  for await (const { stream } of api.eventStore.readAll({ streamPrefixes: ['message-'] }))
    streams.push(stream);
  return streams;
}

describe('an import', () => {
  it('takes each item for itself, in order, once', async () => {
    const { session, client } = await founder();
    const items = [
      said('m1', 'first'),
      said('m2', '', { kind: 'text' }),
      { sourceId: 'bad', at: 'yesterday', as: {}, command: { type: 'Shout' } },
      said('m3', 'third', { replyTo: 'm1' }),
      said('m4', 'lost', { replyTo: 'nobody-said-this' }),
      { ...said('e1', ''), command: { type: 'EditMessage', message: 'm1', text: 'first, edited' } },
      { ...said('r1', ''), command: { type: 'React', message: 'm1', emoji: '👍' } },
      { ...said('j1', ''), command: { type: 'JoinRoom', room: 'lobby' } },
    ];
    const results = await importItems(client, items);
    const statuses = results.map(({ status }) => status);
    expect(statuses).toEqual([
      'imported',
      'imported',
      'refused',
      'imported',
      'refused',
      'imported',
      'imported',
      'imported',
    ]);
    const organizationId = session.organization.id;
    expect(results[0]?.id).toBe(importedMessageId(organizationId, 'm1'));
    expect(results[2]?.problem?.detail).toMatch(/at: .*as\.sourceUserId: .*command/);
    const streams = await storedMessages();
    expect(streams.filter((stream) => results.some(({ id }) => stream === `message-${id ?? ''}`))).toEqual([
      `message-${importedMessageId(organizationId, 'm1')}`,
      `message-${importedMessageId(organizationId, 'm2')}`,
      `message-${importedMessageId(organizationId, 'm3')}`,
      `message-${importedMessageId(organizationId, 'm1')}`,
      `message-${importedMessageId(organizationId, 'm1')}`,
    ]);

    const again = await importItems(client, items);
    expect(again.map(({ status }) => status)).toEqual(
      statuses.map((status) => (status === 'imported' ? 'already' : 'refused')),
    );
    expect(await storedMessages()).toEqual(streams);
    const author = importedUserId(organizationId, 'u1');
    const people = client.patch(`/chat/organizations/${organizationId}/users/${author}`, { role: 'member' });
    expect((await people).status).toBe(200);
  });

  it('goes only into rooms of an import, and only for owners', async () => {
    const { client } = await founder();
    const admin = anybody.as(await client.newPerson('Admin', 'admin'));
    expect((await admin.post('/chat/import', { items: [said('x', 'y')] })).status).toBe(403);
  });

  it.skipIf(!existsSync(publicChats))('of the public chats keeps number and order', async () => {
    const lineSchema = z.object({
      id: z.string(),
      room: z.string(),
      ts: z.string(),
      author: z.string(),
      authorId: z.string().optional(),
      text: z.string(),
      replyTo: z.string().optional(),
    });
    const lines = gunzipSync(readFileSync(publicChats))
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => lineSchema.parse(JSON.parse(line)));
    const { session, client } = await founder();
    const items = lines.map(({ id, room, ts, author, authorId, text, replyTo }) => ({
      sourceId: id,
      at: ts,
      as: { sourceUserId: authorId ?? `name:${author}`, displayName: author === '' ? 'nobody' : author },
      command: { type: 'SendMessage', room, text, ...(replyTo !== undefined && { replyTo }) },
    }));
    const results: z.output<typeof importAnswer>['results'] = [];
    for (let from = 0; from < items.length; from += 500)
      results.push(...(await importItems(client, items.slice(from, from + 500))));
    const taken = results.filter(({ status }) => status === 'imported');
    expect(results.filter(({ status }) => status !== 'imported')).toEqual([]);
    const ids = new Set(taken.map(({ id }) => `message-${id ?? ''}`));
    const stored = (await storedMessages()).filter((stream) => ids.has(stream));
    expect(stored).toEqual(
      taken.map(({ sourceId }) => `message-${importedMessageId(session.organization.id, sourceId)}`),
    );
  });
});
