import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  createPool,
  openCheckpoint,
  originOf,
  problemSchema,
  signCheckpoint,
  sqlSourceOf,
  streamOf,
  VaultKeyring,
  type Database,
  type RecordedEvent,
} from '@verbatim/shared';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { treeSizeOf } from '../proofs/read-hashes.ts';
import { Person } from '../../testing/person.ts';
import { startSystem, until, type System } from '../../testing/system.ts';
import { AnchorDirectory } from './anchor.ts';
import { dueTrees, publishTree, type PublishingOptions } from './publish-tree.ts';
import { TreeSigner } from './tree-signer.ts';

let system: System;
let owner: Person;
let directory: string;
let database: Database;
let options: PublishingOptions;

beforeAll(async () => {
  system = await startSystem();
  directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-anchors-'));
  database = createPool(system.databaseUrl, { applicationName: 'test' });
  const source = sqlSourceOf(database);
  options = {
    source,
    eventStore: system.eventStore,
    keyring: new VaultKeyring(source, system.masterKey),
    ...signingWith(new AnchorDirectory(directory)),
  };
  owner = await Person.signUp(system, 'Olga');
  await projected();
});
afterAll(async () => {
  await database.destroy();
  await system.stop();
  await rm(directory, { recursive: true, force: true });
});

/** As a process does that has just been started. */
function signingWith(anchors: AnchorDirectory | undefined): Pick<PublishingOptions, 'anchors' | 'signer'> {
  const { checkpointKey: key, eventStore } = system;
  return { anchors, signer: new TreeSigner({ key, eventStore, anchors }) };
}

/** Until the record has everything that is in the log by now. */
async function projected(): Promise<void> {
  const head = (await system.eventStore.head()) ?? 0n;
  await until('the record has caught up', async () => {
    const { rows } = await options.source.query(
      'SELECT position FROM record.checkpoint WHERE position >= $1',
      [head],
    );
    return rows.length === 1;
  });
}

const sizeIn = (data: unknown): number => z.object({ treeSize: z.number() }).parse(data).treeSize;

async function published(): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of system.eventStore.readStream(streamOf.audit(owner.organizationId)))
    if (event.type === 'CheckpointPublished') events.push(event);
  return events;
}

describe('a checkpoint', () => {
  it('is published for what happened since the last, as an event and outside, and once for the same tree', async () => {
    const size = await treeSizeOf(options.source, owner.organizationId);
    for (let again = 0; again < 2; again += 1)
      expect(await publishTree({ ...options, ...signingWith(undefined) }, owner.organizationId)).toEqual({
        status: 'published',
        size,
      });
    const ofThisSize = (await published()).filter(({ data }) => sizeIn(data) === size);
    expect(ofThisSize).toHaveLength(1);

    await projected();
    expect(await dueTrees(options.source)).not.toContain(owner.organizationId);
    await owner.command('POST', '/chat/rooms', { kind: 'channel', name: 'news' });
    await projected();
    await publishTree(options, owner.organizationId);
    const note = (await options.anchors?.newest(owner.organizationId)) ?? '';
    const checkpoint = openCheckpoint(note, system.checkpointKey);
    expect(checkpoint?.size).toBeGreaterThan(size);
    const events = await published();
    expect(events.map(({ data }) => data)).toContainEqual({ treeSize: checkpoint?.size, note });
  });

  it('is refused when the record is not the one that was signed, or shorter', async () => {
    await projected();
    const size = await treeSizeOf(options.source, owner.organizationId);
    const origin = originOf(system.checkpointKey, owner.organizationId);
    const anchors = new AnchorDirectory(path.join(directory, 'other'));
    const anchored = async (signedSize: number): Promise<unknown> => {
      const checkpoint = { origin, size: signedSize, root: Buffer.alloc(32, 7) };
      const note = signCheckpoint(checkpoint, system.checkpointKey);
      await anchors.write(owner.organizationId, signedSize, note, '2026-11-22T00:00:00.000Z');
      return publishTree({ ...options, ...signingWith(anchors) }, owner.organizationId);
    };
    expect(await anchored(3)).toEqual({
      status: 'contradicted',
      how: 'the first 3 events are not those that were signed',
    });
    expect(await anchored(size + 1_000)).toMatchObject({ status: 'contradicted' });
  });
});

describe('a record that was rewritten by somebody with all rights over the database', () => {
  /** A leaf and every node over it below `topLevel`, so that the tree is one again up to there. */
  async function rewrite(organizationId: string, leaf: number, topLevel = Infinity): Promise<void> {
    const leaves = z
      .array(z.object({ hash: z.instanceof(Uint8Array) }))
      .parse(
        await database('record.event')
          .where({ organization_id: organizationId })
          .orderBy('leaf_index')
          .select('leaf_hash as hash'),
      )
      .map(({ hash }) => hash);
    leaves[leaf] = Buffer.alloc(32, 'rewritten');
    await database.transaction(async (transaction) => {
      for (const table of ['event', 'node'])
        await transaction.raw(`ALTER TABLE record.${table} DISABLE TRIGGER ${table}_is_kept`);
      await transaction('record.event')
        .where({ organization_id: organizationId, leaf_index: leaf })
        .update({ leaf_hash: leaves[leaf] });
      for (let level = 4; 2 ** level <= leaves.length && level < topLevel; level += 1) {
        const index = Math.floor(leaf / 2 ** level);
        await transaction('record.node')
          .where({ organization_id: organizationId, level, index })
          .update({ hash: rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)) });
      }
      for (const table of ['event', 'node'])
        await transaction.raw(`ALTER TABLE record.${table} ENABLE ALWAYS TRIGGER ${table}_is_kept`);
    });
  }
  const rootOf = (leaves: readonly Uint8Array[]): Uint8Array => {
    const [first = new Uint8Array(), second] = leaves;
    if (second === undefined) return first;
    const middle = leaves.length / 2;
    const halves = [rootOf(leaves.slice(0, middle)), rootOf(leaves.slice(middle))];
    return createHash('sha256').update(Uint8Array.of(1)).update(Buffer.concat(halves)).digest();
  };

  it('is not signed again, neither by who signed before nor after a restart', async () => {
    const room = await owner.command('POST', '/chat/rooms', { kind: 'channel', name: 'rewritten' });
    const messageIds: string[] = [];
    for (let count = 0; count < 16; count += 1) messageIds.push(await owner.say(room, 'words'));
    await projected();
    const { organizationId } = owner;
    const published = await publishTree(options, organizationId);
    if (published.status !== 'published') throw new Error('it could not be published');
    const questions = [
      `/audit/checkpoint?size=${published.size}`,
      `/audit/checkpoint?size=${published.size - 2}`,
      '/audit/checkpoint',
      `/audit/messages/${messageIds[0]}/trail`,
    ];
    await projected();
    for (const question of questions) expect((await owner.ask(question)).status).toBe(200);

    await rewrite(organizationId, published.size - 4);
    for (const question of questions) {
      const { status, body } = await owner.ask(question);
      expect([question, status]).toEqual([question, 503]);
      expect(problemSchema.parse(body).detail).toContain('contradicts a signed checkpoint');
    }
    const how = `the first ${published.size} events are not those that were signed`;
    for (const size of [published.size, published.size - 2, published.size + 1])
      for (const anchors of [options.anchors, undefined])
        expect(await signingWith(anchors).signer.sign(options.source, organizationId, size)).toEqual({
          status: 'contradicted',
          how,
        });
  });

  it('is not signed at a smaller size either, whose root stands on other nodes than the one that was signed', async () => {
    const other = await Person.signUp(system, 'Otto');
    const { organizationId } = other;
    for (let count = 0; count < 8; count += 1)
      await other.command('POST', '/chat/rooms', { kind: 'channel', name: `room ${count}` });
    await projected();
    const published = await publishTree(options, organizationId);
    expect(published.status === 'published' && published.size).toBeGreaterThan(16);
    await rewrite(organizationId, 1, 4);
    const { signer } = signingWith(undefined);
    await projected();
    expect(await signer.sign(options.source, organizationId, 12)).toMatchObject({ status: 'contradicted' });
  });

  it('says what to do when a node of its tree was taken away', async () => {
    const other = await Person.signUp(system, 'Nora');
    const { organizationId } = other;
    for (let count = 0; count < 8; count += 1)
      await other.command('POST', '/chat/rooms', { kind: 'channel', name: `room ${count}` });
    await projected();
    await database.transaction(async (transaction) => {
      await transaction.raw('ALTER TABLE record.node DISABLE TRIGGER node_is_kept');
      await transaction('record.node')
        .where({ organization_id: organizationId, level: 4, index: 0 })
        .delete();
      await transaction.raw('ALTER TABLE record.node ENABLE ALWAYS TRIGGER node_is_kept');
    });
    const { status, body } = await other.ask('/audit/checkpoint');
    expect(status).toBe(503);
    expect(problemSchema.parse(body).detail).toContain('npm run audit -- verify names what is missing');
  });
});
