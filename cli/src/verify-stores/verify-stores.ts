import { streamPrefixes, type EventStore, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';
import { parseVerifierKey } from '../verify/verifier-key.ts';
import { leafOf, type Leaf } from './expected-rows.ts';
import { OrganizationWalk } from './organization-walk.ts';
import { notesInAnchors, notesInLog, type KeptNote } from './published-notes.ts';
import { firstWrongRow, type Demand } from './record-tables.ts';

export interface StoresFault {
  readonly organizationId: string | undefined;
  /** Of the first event that is wrong; undefined where none can be named. */
  readonly position: string | undefined;
  readonly what: string;
  /** Set when nothing was changed, but the end of the log is not there. */
  readonly lost?: { readonly organizationId: string; readonly has: number; readonly signed: number };
}

export interface StoresReport {
  /** The first that is wrong of each organization, in the order of the log. */
  readonly faults: readonly StoresFault[];
  readonly events: number;
  readonly organizations: number;
  /** Signed notes, published and anchored, that the log was held against. */
  readonly notesHeld: number;
  /** The record's tables were there and were compared, up to this position. */
  readonly recordUntil: string | undefined;
}

export interface VerifiedStores {
  readonly eventStore: EventStore;
  /** Left out: the log alone is held against what was signed. */
  readonly database: SqlSource | undefined;
  /** Whose signatures count: `<name>+<hash>+<base64>`. */
  readonly verifierKey: string;
  readonly anchorDirectory: string | undefined;
  readonly onProgress?: (position: bigint, head: bigint) => void;
}

const batchEvents = 1_000;

/**
 * Reads the log from its beginning and holds against it all that the record says of it, row by row and node by node,
 * and every checkpoint that was ever signed. One side alone cannot be changed unseen: not the log, not the record, and
 * with checkpoints anchored outside not both.
 */
export async function verifyStores(stores: VerifiedStores): Promise<StoresReport> {
  const head = (await stores.eventStore.head()) ?? 0n;
  const run = new StoresWalk(stores, await keptNotes(stores), await recordPosition(stores.database));
  let batch: Leaf[] = [];
  let last = 0n;
  try {
    for await (const event of stores.eventStore.readAll({ streamPrefixes })) {
      if (event.position > head) break;
      batch.push(leafOf(event));
      last = event.position;
      if (batch.length < batchEvents) continue;
      await run.take(batch);
      stores.onProgress?.(last, head);
      batch = [];
    }
    await run.take(batch);
    stores.onProgress?.(head, head);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'EventStoreFault') throw error;
    const why = error.cause instanceof Error ? error.cause.message : error.message;
    run.faults.push({
      organizationId: undefined,
      position: `after ${last}`,
      what: `the event store cannot be read on: ${why}`,
    });
    return run.report();
  }
  await run.end(head);
  return run.report();
}

async function keptNotes({ eventStore, verifierKey, anchorDirectory }: VerifiedStores): Promise<KeptNote[]> {
  const key = parseVerifierKey(verifierKey);
  const anchored = anchorDirectory === undefined ? [] : await notesInAnchors(anchorDirectory, key);
  return [...(await notesInLog(eventStore, key).catch(() => [])), ...anchored];
}

const positionRows = z.array(z.object({ position: z.bigint() }));
const existsRow = z.tuple([z.object({ exists: z.boolean() })]);

/** How far the record has been projected; undefined when it is not there, as after a restore. */
async function recordPosition(database: SqlSource | undefined): Promise<bigint | undefined> {
  if (database === undefined) return undefined;
  const found = await database.query(`SELECT to_regclass('record.checkpoint') IS NOT NULL AS exists`);
  const [{ exists }] = existsRow.parse(found.rows);
  if (!exists) return undefined;
  const { rows } = await database.query('SELECT position FROM record.checkpoint');
  return positionRows.parse(rows)[0]?.position;
}

class StoresWalk {
  readonly faults: StoresFault[] = [];
  readonly #stores: VerifiedStores;
  readonly #recordUntil: bigint | undefined;
  readonly #walks = new Map<string, OrganizationWalk>();
  /** After its first fault an organization is not looked at any more: everything behind a lost event differs. */
  readonly #broken = new Set<string>();
  #events = 0;

  constructor(stores: VerifiedStores, notes: readonly KeptNote[], recordUntil: bigint | undefined) {
    this.#stores = stores;
    this.#recordUntil = recordUntil;
    for (const organizationId of new Set(notes.map((note) => note.organizationId)))
      this.#walks.set(
        organizationId,
        new OrganizationWalk(
          organizationId,
          notes.filter((note) => note.organizationId === organizationId),
        ),
      );
  }

  async take(batch: readonly Leaf[]): Promise<void> {
    const demands: Demand[] = [];
    for (const leaf of batch) {
      this.#events += 1;
      if (this.#broken.has(leaf.organizationId)) continue;
      const walk = this.#walkOf(leaf.organizationId);
      const demanded = walk.add(leaf);
      if (this.#recordUntil !== undefined && leaf.event.position <= this.#recordUntil)
        demands.push(...demanded);
      const broken = walk.brokenPromise(leaf.event.position);
      if (broken === undefined) continue;
      // A row that differs is nearer to what was changed than the next signature.
      await this.#compare(demands.splice(0));
      if (!this.#broken.has(leaf.organizationId))
        this.#fault(leaf.organizationId, leaf.event.position.toString(), broken);
    }
    await this.#compare(demands);
  }

  async end(head: bigint): Promise<void> {
    for (const walk of this.#walks.values()) {
      const { organizationId } = walk;
      if (this.#broken.has(organizationId)) continue;
      const missing = walk.missingEnd();
      if (missing === undefined) continue;
      this.#broken.add(organizationId);
      this.faults.push({
        organizationId,
        position: undefined,
        what: `${missing.size} events were signed (${missing.where}), and the log has ${walk.size}: its end is missing`,
        lost: { organizationId, has: walk.size, signed: missing.size },
      });
    }
    await this.#findSurplus(head);
  }

  report(): StoresReport {
    const walks = [...this.#walks.values()];
    return {
      faults: this.faults,
      events: this.#events,
      organizations: walks.filter(({ size }) => size > 0).length,
      notesHeld: walks.reduce((sum, { notesHeld }) => sum + notesHeld, 0),
      recordUntil: this.#recordUntil?.toString(),
    };
  }

  #walkOf(organizationId: string): OrganizationWalk {
    const walk = this.#walks.get(organizationId) ?? new OrganizationWalk(organizationId, []);
    this.#walks.set(organizationId, walk);
    return walk;
  }

  #fault(organizationId: string, position: string | undefined, what: string): void {
    this.#broken.add(organizationId);
    this.faults.push({ organizationId, position, what });
  }

  async #compare(demands: readonly Demand[]): Promise<void> {
    const { database } = this.#stores;
    if (database === undefined) return;
    for (let left = demands; left.length > 0;) {
      const wrong = await firstWrongRow(database, left);
      if (wrong === undefined) return;
      const organizationId = wrong.demand.row.organization_id ?? '';
      this.#fault(organizationId, wrong.demand.position.toString(), wrong.what);
      left = left.filter(({ row }) => !this.#broken.has(row.organization_id ?? ''));
    }
  }

  /** Rows of the record that stand for no event of the log. */
  async #findSurplus(head: bigint): Promise<void> {
    const { database, eventStore } = this.#stores;
    if (database === undefined || this.#recordUntil === undefined) return;
    const sizes = [...this.#walks.values()].map(({ organizationId, size }) => ({ organizationId, size }));
    const newest = (await eventStore.head()) ?? 0n;
    const { rows } = await database.query(surplus, [
      sizes.map(({ organizationId }) => organizationId),
      sizes.map(({ size }) => size),
      head,
      newest,
      this.#recordUntil >= head,
    ]);
    for (const { table, organizationId, position } of surplusRows.parse(rows))
      if (!this.#broken.has(organizationId))
        this.#fault(
          organizationId,
          position?.toString(),
          `${table} has a row that does not follow from the log`,
        );
  }
}

/** Whatever stands in the record beside what the log demands, whoever put it there. One statement sees one state. */
const surplus = `
  WITH known (organization_id, size) AS (SELECT * FROM unnest($1::uuid[], $2::bigint[])),
    now AS (
      SELECT tree.*, last.leaf_index + 1 AS last_size, last.horizon AS last_horizon
      FROM record.tree LEFT JOIN LATERAL (
        SELECT leaf_index, horizon FROM record.event AS e WHERE e.organization_id = tree.organization_id
        ORDER BY leaf_index DESC LIMIT 1) AS last ON true),
    surplus AS (
      SELECT 'record.event' AS "table", e.organization_id, e.position FROM record.event AS e
        LEFT JOIN known USING (organization_id)
        WHERE e.leaf_index >= coalesce(known.size, 0) AND (e.position <= $3::bigint OR e.position > $4::bigint)
      UNION ALL
      SELECT 'record.node', node.organization_id, NULL FROM record.node
        LEFT JOIN now USING (organization_id)
        WHERE now.last_size IS NULL OR (node.index + 1) * (1::bigint << node.level) > now.last_size
      UNION ALL
      SELECT 'record.participant', p.organization_id, NULL FROM record.participant AS p
        WHERE NOT EXISTS (
          SELECT 1 FROM record.event AS e
          WHERE e.organization_id = p.organization_id AND e.leaf_index = p.leaf_index
            AND e.type LIKE 'Participant%' AND e.data::json ->> 'userId' = p.user_id::text
            AND e.data::json ->> 'roomId' = p.room_id::text)
      UNION ALL
      SELECT 'record.tree', now.organization_id, NULL FROM now
        WHERE (size, horizon) IS DISTINCT FROM (last_size, last_horizon)
      UNION ALL
      SELECT 'record.tree', known.organization_id, NULL FROM known
        WHERE $5::boolean AND known.size > 0 AND NOT EXISTS (SELECT 1 FROM now WHERE now.organization_id = known.organization_id))
  SELECT DISTINCT ON (organization_id) "table", organization_id AS "organizationId", position
  FROM surplus ORDER BY organization_id, position NULLS LAST`;
const surplusRows = z.array(
  z.object({ table: z.string(), organizationId: z.string(), position: z.bigint().nullable() }),
);
