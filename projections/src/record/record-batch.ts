import {
  leafEntry,
  leafHash,
  lowestKeptLevel,
  recordEntry,
  type GrowingTree,
  type RecordedEvent,
} from '@verbatim/shared';
import { z } from 'zod';
import { together, type Connection } from '../tables/connection.ts';
import { RowSet } from '../tables/row-set.ts';
import type { RowWriter } from '../tables/row-writer.ts';
import type { Table } from '../tables/table.ts';
import { describeEvent, type EventDescription } from './describe-event.ts';
import { loadTrees } from './load-trees.ts';
import { participantChange } from './participant-change.ts';
import {
  eventTable,
  nodeTable,
  participantTable,
  treeTable,
  type EventRow,
  type NodeRow,
  type ParticipantRow,
  type TreeRow,
} from './record-tables.ts';

const publishedSchema = z.object({ treeSize: z.number().int().min(0) });

/** The rows that some events, in the order of the log, add to the record. */
export class RecordBatch {
  readonly #trees = new RowSet(treeTable);
  readonly #events: EventRow[] = [];
  readonly #nodes: NodeRow[] = [];
  readonly #participants: ParticipantRow[] = [];
  #growing: ReadonlyMap<string, GrowingTree> = new Map();

  /** Makes the rows without writing them. */
  static async make(connection: Connection, events: readonly RecordedEvent[]): Promise<RecordBatch> {
    const batch = new RecordBatch();
    const described = events.map((event) => ({ event, description: describeEvent(event) }));
    await batch.#load(connection, new Set(described.map(({ description }) => description.organizationId)));
    for (const { event, description } of described) batch.#add(event, description);
    return batch;
  }

  async write(connection: Connection, writer: RowWriter): Promise<void> {
    const added = <Row extends object>(table: Table<Row>, rows: readonly Row[]) =>
      rows.length > 0 ? writer(connection, table, rows) : Promise.resolve();
    await together(
      connection,
      () => added(eventTable, this.#events),
      () => added(nodeTable, this.#nodes),
      () => added(participantTable, this.#participants),
      () => this.#trees.write(connection, writer),
    );
  }

  async #load(connection: Connection, organizationIds: ReadonlySet<string>): Promise<void> {
    const keys = [...organizationIds].map((organizationId) => ({ organizationId }));
    await this.#trees.load(connection, keys);
    const sizes = new Map<string, number>();
    for (const { organizationId } of keys)
      sizes.set(organizationId, Number(this.#trees.get({ organizationId })?.size ?? 0n));
    this.#growing = await loadTrees(connection, sizes);
  }

  #add(event: RecordedEvent, description: EventDescription): void {
    const { organizationId } = description;
    const growing = this.#growing.get(organizationId);
    if (growing === undefined) throw new Error(`the tree of ${organizationId} was not loaded`);
    const { stored, data, metadata } = recordEntry(event);
    const hash = leafHash(leafEntry(stored));
    const leafIndex = BigInt(growing.size);
    for (const { level, index, hash: nodeHash } of growing.append(hash))
      if (level >= lowestKeptLevel)
        this.#nodes.push({ organizationId, level, index: BigInt(index), hash: nodeHash });
    const tree = this.#grow(event, organizationId, leafIndex, stored.created);
    // Spelled out: V8 takes many times as long for an object that begins as a copy of another.
    this.#events.push({
      organizationId,
      actorId: description.actorId,
      roomId: description.roomId,
      entityType: description.entityType,
      entityId: description.entityId,
      authorId: description.authorId,
      day: description.day,
      leafIndex,
      position: event.position,
      eventId: event.id,
      stream: event.stream,
      revision: event.revision,
      type: event.type,
      created: stored.created,
      horizon: tree.horizon,
      data,
      metadata,
      dataSha256: Buffer.from(stored.dataSha256, 'hex'),
      metadataSha256: Buffer.from(stored.metadataSha256, 'hex'),
      leafHash: hash,
    });
    this.#noteParticipant(event, organizationId, leafIndex);
  }

  #grow(event: RecordedEvent, organizationId: string, leafIndex: bigint, created: string): TreeRow {
    const tree =
      this.#trees.edit({ organizationId }) ??
      this.#trees.put({ organizationId, size: 0n, horizon: created, activeSize: 0n, publishedSize: 0n });
    tree.size = leafIndex + 1n;
    if (created > tree.horizon) tree.horizon = created;
    const published =
      event.type === 'CheckpointPublished' ? publishedSchema.safeParse(event.data) : undefined;
    if (published?.success === true) tree.publishedSize = BigInt(published.data.treeSize);
    else tree.activeSize = tree.size;
    return tree;
  }

  #noteParticipant(event: RecordedEvent, organizationId: string, leafIndex: bigint): void {
    const change = participantChange(event);
    if (change !== undefined) this.#participants.push({ organizationId, leafIndex, ...change });
  }
}
