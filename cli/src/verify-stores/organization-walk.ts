import { TreeRoot } from '../verify/tree-root.ts';
import { milliseconds, type Leaf } from './expected-rows.ts';
import type { KeptNote } from './published-notes.ts';
import { eventTable, nodeTable, participantTable, type Demand } from './record-tables.ts';

/** The record keeps interior nodes from this level on. */
const lowestKeptLevel = 4;

/** The tree of one organization, grown from the log; what was signed about it is held against it on the way. */
export class OrganizationWalk {
  readonly organizationId: string;
  /** Signed notes that the tree has not grown to yet, the smallest first. */
  readonly #notes: KeptNote[];
  readonly #tree: TreeRoot;
  #nodes: { readonly level: number; readonly index: number; readonly hash: Uint8Array }[] = [];
  #horizon = 0;
  /** Of the last event that a signed note agrees with. */
  #soundUntil: bigint | undefined;
  publishedHeld = 0;
  anchoredHeld = 0;

  constructor(organizationId: string, notes: readonly KeptNote[]) {
    this.organizationId = organizationId;
    this.#notes = [...notes].sort((one, other) => one.size - other.size);
    this.#tree = new TreeRoot((level, index, hash) => {
      if (level >= lowestKeptLevel) this.#nodes.push({ level, index, hash });
    });
  }

  get size(): number {
    return this.#tree.size;
  }

  /** The rows that the record must have for this event, the next one of the organization. */
  add(leaf: Leaf): Demand[] {
    const place = { organization_id: this.organizationId, leaf_index: String(this.#tree.size) };
    const { position, created } = leaf.event;
    this.#nodes = [];
    this.#tree.addLeaf(leaf.hash);
    this.#horizon = Math.max(this.#horizon, Number(milliseconds(created.toISOString())));
    const demand = (table: Demand['table'], row: Demand['row']): Demand => ({ table, position, row });
    return [
      demand(eventTable, { ...place, ...leaf.columns, horizon: String(this.#horizon) }),
      ...this.#nodes.map(({ level, index, hash }) =>
        demand(nodeTable, {
          organization_id: this.organizationId,
          level: String(level),
          index: String(index),
          hash: Buffer.from(hash).toString('hex'),
        }),
      ),
      ...(leaf.participant === undefined
        ? []
        : [demand(participantTable, { ...place, ...leaf.participant })]),
    ];
  }

  /** What was signed about the tree as large as it is now, and is not so; undefined when all agrees. */
  brokenPromise(position: bigint): string | undefined {
    for (let [note] = this.#notes; note?.size === this.size; [note] = this.#notes) {
      this.#notes.shift();
      if (!note.root.equals(this.#tree.root()))
        return (
          `the first ${note.size} events are not those that were signed (${note.where})` +
          (this.#soundUntil === undefined ? '' : `; up to position ${this.#soundUntil} they are`)
        );
      if (note.isAnchored) this.anchoredHeld += 1;
      else this.publishedHeld += 1;
      this.#soundUntil = position;
    }
    return undefined;
  }

  /** The largest tree that was signed and that the log does not reach: its end was cut off. */
  missingEnd(): KeptNote | undefined {
    return this.#notes.at(-1);
  }
}
