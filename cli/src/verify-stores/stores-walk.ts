import type { SqlSource } from '@verbatim/shared';
import type { Leaf } from './expected-rows.ts';
import { OrganizationWalk } from './organization-walk.ts';
import type { FoundNotes } from './published-notes.ts';
import { firstWrongRow, type Demand } from './record-tables.ts';
import { surplusRows } from './surplus-rows.ts';

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
  /** Those among them that were anchored outside of the stores. */
  readonly anchorsHeld: number;
  /** Notes that another key signed, and that therefore were not held. */
  readonly notesOfOtherKeys: number;
  /** The position up to which the log was read. */
  readonly logUntil: string;
  /** The record's tables were there and were compared, up to this position. */
  readonly recordUntil: string | undefined;
}

/** Grows the tree of each organization along the log, and gathers what does not agree with it. */
export class StoresWalk {
  readonly #faults: StoresFault[] = [];
  readonly #database: SqlSource | undefined;
  readonly #notes: FoundNotes;
  readonly #recordUntil: bigint | undefined;
  readonly #walks = new Map<string, OrganizationWalk>();
  /** After its first fault an organization is not looked at any more: everything behind a lost event differs. */
  readonly #broken = new Set<string>();
  #events = 0;
  /** Of the last event that was taken. */
  #logUntil = 0n;

  /** @param recordUntil the position up to which the record has to have a row for each event; undefined for none */
  constructor(database: SqlSource | undefined, notes: FoundNotes, recordUntil: bigint | undefined) {
    this.#database = database;
    this.#notes = notes;
    this.#recordUntil = recordUntil;
    const { kept } = notes;
    for (const organizationId of new Set(kept.map((note) => note.organizationId)))
      this.#walks.set(
        organizationId,
        new OrganizationWalk(
          organizationId,
          kept.filter((note) => note.organizationId === organizationId),
        ),
      );
  }

  async take(batch: readonly Leaf[]): Promise<void> {
    const demands: Demand[] = [];
    for (const leaf of batch) {
      this.#events += 1;
      this.#logUntil = leaf.event.position;
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

  /** @param newest the position of the newest event now; the log was walked to `head` */
  async end(head: bigint, newest: bigint): Promise<StoresReport> {
    for (const walk of this.#walks.values()) {
      const { organizationId } = walk;
      if (this.#broken.has(organizationId)) continue;
      const missing = walk.missingEnd();
      if (missing === undefined) continue;
      this.#broken.add(organizationId);
      this.#faults.push({
        organizationId,
        position: undefined,
        what: `${missing.size} events were signed (${missing.where}), and the log has ${walk.size}: its end is missing`,
        lost: { organizationId, has: walk.size, signed: missing.size },
      });
    }
    await this.#findSurplus(head, newest);
    return this.#report();
  }

  /** The log could be read up to a position, and no further. */
  endEarly(last: bigint, why: string): StoresReport {
    const what = `the event store cannot be read on: ${why}`;
    this.#faults.push({ organizationId: undefined, position: `after ${last}`, what });
    return this.#report();
  }

  #report(): StoresReport {
    const walks = [...this.#walks.values()];
    const sum = (count: (walk: OrganizationWalk) => number): number =>
      walks.reduce((total, walk) => total + count(walk), 0);
    const [logUntil, recordUntil] = [this.#logUntil, this.#recordUntil];
    return {
      faults: [...this.#faults, ...this.#noteFaults()],
      events: this.#events,
      organizations: walks.filter(({ size }) => size > 0).length,
      notesHeld: sum(({ publishedHeld, anchoredHeld }) => publishedHeld + anchoredHeld),
      anchorsHeld: sum(({ anchoredHeld }) => anchoredHeld),
      notesOfOtherKeys: this.#notes.ofOtherKeys,
      logUntil: logUntil.toString(),
      recordUntil: (recordUntil !== undefined && recordUntil > logUntil ? logUntil : recordUntil)?.toString(),
    };
  }

  /** Of an event that was found to be wrong anyway its note says nothing more. */
  #noteFaults(): StoresFault[] {
    const found = new Set(this.#faults.map(({ position }) => position).filter((each) => each !== undefined));
    return this.#notes.faults
      .filter(({ position }) => position === undefined || !found.has(position))
      .map((fault) => ({ organizationId: undefined, ...fault }));
  }

  #walkOf(organizationId: string): OrganizationWalk {
    const walk = this.#walks.get(organizationId) ?? new OrganizationWalk(organizationId, []);
    this.#walks.set(organizationId, walk);
    return walk;
  }

  #fault(organizationId: string, position: string | undefined, what: string): void {
    this.#broken.add(organizationId);
    this.#faults.push({ organizationId, position, what });
  }

  async #compare(demands: readonly Demand[]): Promise<void> {
    const database = this.#database;
    if (database === undefined) return;
    for (let left = demands; left.length > 0;) {
      const wrong = await firstWrongRow(database, left);
      if (wrong === undefined) return;
      const organizationId = wrong.demand.row.organization_id ?? '';
      this.#fault(organizationId, wrong.demand.position.toString(), wrong.what);
      left = left.filter(({ row }) => !this.#broken.has(row.organization_id ?? ''));
    }
  }

  async #findSurplus(head: bigint, newest: bigint): Promise<void> {
    if (this.#database === undefined || this.#recordUntil === undefined) return;
    const log = {
      trees: [...this.#walks.values()],
      head,
      newest,
      isProjected: this.#recordUntil >= this.#logUntil,
    };
    for (const { table, organizationId, position } of await surplusRows(this.#database, log))
      if (!this.#broken.has(organizationId))
        this.#fault(
          organizationId,
          position?.toString(),
          `${table} has a row that does not follow from the log`,
        );
  }
}
