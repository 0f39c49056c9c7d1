import { createHash, randomInt } from 'node:crypto';
import {
  consistencyProofView,
  inclusionProofView,
  isConsistent,
  isIncluded,
  newId,
  openCheckpoint,
  parseCheckpointKey,
  sqlSourceOf,
} from '@verbatim/shared';
import { proveConsistency, proveInclusion } from '@verbatim/query-api';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Benchmark } from '../benchmark.ts';
import { grouped, latencyLine } from '../statistics.ts';
import { startAuditedInstance, type AuditedInstance } from './audited-instance.ts';
import { insertRows, RecordGrowth, type GeneratedEvent } from './record-rows.ts';

const leaves = 10_000_000;
const probes = 500;
/** A proof reads leaves of its own block of 16 only; further up it reads nodes, all of which are there. */
const blockLeaves = 16;

/**
 * Proofs out of a tree of ten million leaves. All nodes are there; of the leaves' rows only those that a question reads:
 * on the way to the probed positions, and around them. That way depends on the size of the tree, so the projectors
 * wait while it is measured.
 */
export const recordProofsBenchmark: Benchmark = {
  name: 'record-proofs',
  summary: `inclusion and consistency proofs at ${grouped(leaves)} leaves`,
  run: async () => {
    const audited = await startAuditedInstance();
    try {
      await grow(audited);
      await whileNothingIsProjected(audited, async (size) => {
        const probed = await addRows(audited, size);
        const figures = await measure(audited, probed);
        for (const [what, samples] of Object.entries(figures))
          console.log(`${what}: ${latencyLine(samples)}`);
      });
    } finally {
      await audited.close();
    }
  },
};

const leafOf = (index: number): Buffer => createHash('sha256').update(`\0leaf ${index}`).digest();
/** Far behind whatever is in the log, so that nothing the instance does gets in the way. */
const positionOf = (leafIndex: number): bigint => 1_000_000_000n + BigInt(leafIndex);

async function grow({ database, organizationId }: AuditedInstance): Promise<void> {
  const startedAt = performance.now();
  await RecordGrowth.run(database, organizationId, async (growth) => {
    const lastBlock = leaves - (leaves % blockLeaves);
    while (growth.size < leaves) {
      const index = growth.size;
      const leafHash = leafOf(index);
      await growth.add(leafHash, index >= lastBlock || index === leaves - 1 ? rowOf(index) : undefined);
    }
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(`generated ${grouped(leaves)} leaves in ${seconds.toFixed(0)} s`);
}

async function whileNothingIsProjected(
  { database, organizationId }: AuditedInstance,
  work: (treeSize: number) => Promise<void>,
): Promise<void> {
  await database.transaction(async (transaction) => {
    const source = sqlSourceOf(transaction);
    await source.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    await source.query('SELECT position FROM record.checkpoint FOR UPDATE');
    const { rows } = await source.query('SELECT size FROM record.tree WHERE organization_id = $1', [
      organizationId,
    ]);
    await work(Number(z.tuple([z.object({ size: z.bigint() })]).parse(rows)[0].size));
  });
}

/** The rows that are read on the way to leaves chosen by chance, which it gives. */
async function addRows(
  { database, organizationId }: AuditedInstance,
  treeSize: number,
): Promise<readonly number[]> {
  const source = sqlSourceOf(database);
  const { rows } = await source.query(
    'SELECT leaf_index AS "leafIndex" FROM record.event WHERE organization_id = $1',
    [organizationId],
  );
  const there = new Set(leafIndexes.parse(rows).map(({ leafIndex }) => Number(leafIndex)));
  let first = 0;
  while (there.has(first)) first += 1;
  const probed = Array.from({ length: probes }, () => randomInt(first, leaves));
  const wanted = new Set<number>();
  for (const probe of probed) {
    const block = probe - (probe % blockLeaves);
    for (let index = block; index < block + blockLeaves; index += 1) wanted.add(index);
    for (const index of wayTo(probe, treeSize)) wanted.add(index);
  }
  await insertRows(source, organizationId, [...wanted].filter((index) => !there.has(index)).map(rowOf));
  await database.raw('ANALYZE record.event');
  return probed;
}

const leafIndexes = z.array(z.object({ leafIndex: z.bigint() }));

/** The leaves that a search by halves for this one looks at. */
function wayTo(leafIndex: number, treeSize: number): number[] {
  const way: number[] = [];
  for (let [low, high] = [0, treeSize]; low < high;) {
    const middle = Math.floor((low + high) / 2);
    way.push(middle);
    if (middle <= leafIndex) low = middle + 1;
    else high = middle;
  }
  return way;
}

function rowOf(leafIndex: number): GeneratedEvent {
  const leafHash = leafOf(leafIndex);
  return {
    leafIndex,
    position: positionOf(leafIndex),
    eventId: newId(),
    stream: `reading-${newId()}`,
    type: 'Generated',
    at: new Date().toISOString(),
    actorId: null,
    roomId: null,
    entityType: 'organization',
    entityId: null,
    authorId: null,
    day: null,
    data: '{}',
    metadata: '{}',
    dataSha256: leafHash,
    metadataSha256: leafHash,
    leafHash,
  };
}

const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');

async function measure(
  { instance, owner, organizationId, database }: AuditedInstance,
  probed: readonly number[],
): Promise<Record<string, readonly number[]>> {
  const keyFile = path.join(instance.dataDirectory, 'keys', 'checkpoint-key');
  const key = parseCheckpointKey(await readFile(keyFile, 'utf8'));
  const timed = async (route: string, samples: number[]): Promise<unknown> => {
    const askedAt = performance.now();
    const answer = await owner.api.call('GET', route);
    samples.push(performance.now() - askedAt);
    return answer;
  };
  const rootAt = async (size: number): Promise<Uint8Array> => {
    const response = await fetch(`${instance.origin}/audit/checkpoint?size=${size}`, {
      headers: { authorization: `Bearer ${owner.session.accessToken}` },
    });
    const checkpoint = openCheckpoint(await response.text(), key);
    if (checkpoint === undefined)
      throw new Error(`the checkpoint of ${organizationId} at ${size} is not signed`);
    return checkpoint.root;
  };
  const root = await rootAt(leaves);
  const source = sqlSourceOf(database);
  const proofAlone = async (leafIndex: number): Promise<void> => {
    const startedAt = performance.now();
    await proveInclusion(source, organizationId, [leafIndex], leaves);
    const between = performance.now();
    await proveConsistency(source, organizationId, leafIndex, leaves);
    inclusionAlone.push(between - startedAt);
    consistencyAlone.push(performance.now() - between);
  };
  const [inclusion, consistency, looks]: [number[], number[], number[]] = [[], [], []];
  const [inclusionAlone, consistencyAlone]: [number[], number[]] = [[], []];
  for (const leafIndex of probed) {
    // What any look costs by itself: the proof of nothing, put on the record just as durably.
    await timed('/audit/holds', looks);
    const route = `/audit/proofs/inclusion?position=${positionOf(leafIndex)}&size=${leaves}`;
    const proof = inclusionProofView.parse(await timed(route, inclusion));
    const claim = { ...proof, leafHash: leafOf(leafIndex), rootHash: root, hashes: proof.hashes.map(bytes) };
    if (proof.leafIndex !== leafIndex || !isIncluded(claim))
      throw new Error(`leaf ${leafIndex} is not proven`);
    const from = leafIndex - (leafIndex % blockLeaves);
    const parts = consistencyProofView.parse(
      await timed(`/audit/proofs/consistency?from=${from}&to=${leaves}`, consistency),
    );
    const sound = {
      from,
      to: leaves,
      fromRoot: await rootAt(from),
      toRoot: root,
      hashes: parts.hashes.map(bytes),
    };
    if (from > 0 && !isConsistent(sound)) throw new Error(`size ${from} is not proven`);
    await proofAlone(leafIndex);
  }
  return {
    'an inclusion proof alone, read and hashed': inclusionAlone,
    'a consistency proof alone': consistencyAlone,
    'an inclusion proof, from question to answer, the look put on the record': inclusion,
    'a consistency proof likewise': consistency,
    'of which a look at next to nothing costs': looks,
  };
}
