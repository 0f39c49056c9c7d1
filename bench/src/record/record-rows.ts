import {
  GrowingTree,
  lowestKeptLevel,
  sqlSourceOf,
  type Database,
  type SqlSource,
  type TreeNode,
} from '@verbatim/shared';
import { z } from 'zod';

/** A row of `record.event`, as far as a measurement fills it. */
export interface GeneratedEvent {
  readonly leafIndex: number;
  readonly position: bigint;
  readonly eventId: string;
  readonly stream: string;
  readonly type: string;
  readonly at: string;
  readonly actorId: string | null;
  readonly roomId: string | null;
  readonly entityType: string;
  readonly entityId: string | null;
  readonly authorId: string | null;
  readonly day: string | null;
  readonly data: string | null;
  readonly metadata: string | null;
  readonly dataSha256: Uint8Array;
  readonly metadataSha256: Uint8Array;
  readonly leafHash: Uint8Array;
}

const columns: readonly (readonly [string, string, (row: GeneratedEvent) => unknown])[] = [
  ['leaf_index', 'bigint', (row) => row.leafIndex],
  ['position', 'bigint', (row) => row.position],
  ['event_id', 'uuid', (row) => row.eventId],
  ['stream', 'text', (row) => row.stream],
  ['type', 'text', (row) => row.type],
  ['created', 'timestamptz', (row) => row.at],
  ['horizon', 'timestamptz', (row) => row.at],
  ['actor_id', 'uuid', (row) => row.actorId],
  ['room_id', 'uuid', (row) => row.roomId],
  ['entity_type', 'text', (row) => row.entityType],
  ['entity_id', 'uuid', (row) => row.entityId],
  ['author_id', 'uuid', (row) => row.authorId],
  ['day', 'text', (row) => row.day],
  ['data', 'text', (row) => row.data],
  ['metadata', 'text', (row) => row.metadata],
  ['data_sha256', 'bytea', (row) => row.dataSha256],
  ['metadata_sha256', 'bytea', (row) => row.metadataSha256],
  ['leaf_hash', 'bytea', (row) => row.leafHash],
];

const insertEvents = `
  INSERT INTO record.event (organization_id, revision, ${columns.map(([name]) => name).join(', ')})
  SELECT $1::uuid, 0, * FROM unnest(${columns.map(([, type], index) => `$${index + 2}::${type}[]`).join(', ')})`;
const insertNodes = `
  INSERT INTO record.node (organization_id, level, index, hash)
  SELECT $1::uuid, * FROM unnest($2::integer[], $3::bigint[], $4::bytea[])`;
const rowsPerStatement = 2_000;

/** Adds leaves to the tree of an organization as the projectors do, whom it keeps waiting until it is done. */
export class RecordGrowth {
  readonly #source: SqlSource;
  readonly #organizationId: string;
  readonly #tree: GrowingTree;
  #events: GeneratedEvent[] = [];
  #nodes: TreeNode[] = [];

  private constructor(source: SqlSource, organizationId: string, tree: GrowingTree) {
    this.#source = source;
    this.#organizationId = organizationId;
    this.#tree = tree;
  }

  /** @param grow adds the leaves */
  static async run(
    database: Database,
    organizationId: string,
    grow: (growth: RecordGrowth) => Promise<void>,
  ): Promise<void> {
    await database.transaction(async (transaction) => {
      const source = sqlSourceOf(transaction);
      await source.query('SELECT position FROM record.checkpoint FOR UPDATE');
      const { rows } = await source.query(
        'SELECT leaf_hash AS "leafHash" FROM record.event WHERE organization_id = $1 ORDER BY leaf_index',
        [organizationId],
      );
      const tree = new GrowingTree(0, []);
      for (const { leafHash } of leafRows.parse(rows)) tree.append(leafHash);
      const growth = new RecordGrowth(source, organizationId, tree);
      await grow(growth);
      await growth.#flush();
      await source.query(
        `UPDATE record.tree SET size = $2, active_size = $2, horizon = greatest(horizon, (
           SELECT max(horizon) FROM record.event WHERE organization_id = $1)) WHERE organization_id = $1`,
        [organizationId, tree.size],
      );
    });
    await database.raw('ANALYZE record.event, record.node, record.participant');
  }

  get size(): number {
    return this.#tree.size;
  }

  /** @param event left out where nobody will ask for the row itself */
  async add(leafHash: Uint8Array, event?: GeneratedEvent): Promise<void> {
    for (const node of this.#tree.append(leafHash)) if (node.level >= lowestKeptLevel) this.#nodes.push(node);
    if (event !== undefined) this.#events.push(event);
    if (this.#events.length >= rowsPerStatement || this.#nodes.length >= rowsPerStatement * 5)
      await this.#flush();
  }

  async addParticipant(
    roomId: string,
    userId: string,
    leafIndex: number,
    role: string | null,
  ): Promise<void> {
    await this.#source.query('INSERT INTO record.participant VALUES ($1, $2, $3, $4, $5)', [
      this.#organizationId,
      roomId,
      userId,
      leafIndex,
      role,
    ]);
  }

  async #flush(): Promise<void> {
    await insertRows(this.#source, this.#organizationId, this.#events);
    if (this.#nodes.length > 0)
      await this.#source.query(insertNodes, [
        this.#organizationId,
        this.#nodes.map(({ level }) => level),
        this.#nodes.map(({ index }) => index),
        this.#nodes.map(({ hash }) => hash),
      ]);
    this.#events = [];
    this.#nodes = [];
  }
}

/** Adds rows of leaves whose nodes are in the tree already. */
export async function insertRows(
  source: SqlSource,
  organizationId: string,
  rows: readonly GeneratedEvent[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    const some = rows.slice(start, start + rowsPerStatement);
    await source.query(insertEvents, [organizationId, ...columns.map(([, , valueOf]) => some.map(valueOf))]);
  }
}

const leafRows = z.array(z.object({ leafHash: z.instanceof(Uint8Array) }));
