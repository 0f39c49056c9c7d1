import { together, type Connection } from './connection.ts';
import { columnName, fieldsOf, givenColumn, unnestOf, valuesOf, type Table } from './table.ts';
import type { RowWriter } from './row-writer.ts';

interface Slot<Row> {
  row: Row | undefined;
  readonly isStored: boolean;
  isChanged: boolean;
}

/**
 * The rows of one table that a batch of events touches: loaded together, changed in memory event by event,
 * written back together. So a batch costs a few statements however many events it has, and gives the same rows
 * as the same events one by one.
 */
export class RowSet<Row extends object> {
  readonly #table: Table<Row>;
  readonly #slots = new Map<string, Slot<Row>>();

  constructor(table: Table<Row>) {
    this.#table = table;
  }

  /** Loads the rows of these keys; afterwards a key without a row is known to have none. */
  async load(connection: Connection, keys: readonly Partial<Row>[]): Promise<void> {
    const missing = new Map<string, Partial<Row>>();
    for (const key of keys) {
      const name = this.#nameOf(key);
      if (!this.#slots.has(name)) missing.set(name, key);
    }
    if (missing.size === 0) return;
    const { key } = this.#table;
    const wanted = key.map((field) => [...missing.values()].map((each) => each[field]));
    const matches = key.map((field) => `stored.${columnName(field)} = given.${columnName(field)}`);
    await this.loadRows(connection, `JOIN ${unnestOf(this.#table, key)} ON ${matches.join(' AND ')}`, wanted);
    for (const name of missing.keys())
      if (!this.#slots.has(name))
        this.#slots.set(name, { row: undefined, isStored: false, isChanged: false });
  }

  /** Loads the rows of `FROM table AS stored <condition>`; those at hand already stay as they are. */
  async loadRows(connection: Connection, condition: string, values: unknown[]): Promise<void> {
    const columns = fieldsOf(this.#table).map((field) => `stored.${columnName(field)} AS "${field}"`);
    const { rows } = await connection.query<Row>(
      `SELECT ${columns.join(', ')} FROM ${this.#table.name} AS stored ${condition}`,
      values,
    );
    for (const row of rows) {
      const name = this.#nameOf(row);
      if (!this.#slots.has(name)) this.#slots.set(name, { row, isStored: true, isChanged: false });
    }
  }

  /** The row of a key that was loaded or put. */
  get(key: Partial<Row>): Readonly<Row> | undefined {
    return this.#slotOf(key).row;
  }

  /** The row to be changed in place, if there is one. */
  edit(key: Partial<Row>): Row | undefined {
    const slot = this.#slotOf(key);
    if (slot.row !== undefined) slot.isChanged = true;
    return slot.row;
  }

  /** A new row, or one that takes the place of the old. */
  put(row: Row): Row {
    const name = this.#nameOf(row);
    const slot = this.#slots.get(name);
    if (slot === undefined) this.#slots.set(name, { row, isStored: false, isChanged: true });
    else Object.assign(slot, { row, isChanged: true });
    return row;
  }

  remove(key: Partial<Row>): void {
    const slot = this.#slotOf(key);
    slot.row = undefined;
    slot.isChanged = true;
  }

  /** All rows at hand. */
  *rows(): Generator<Readonly<Row>> {
    for (const { row } of this.#slots.values()) if (row !== undefined) yield row;
  }

  /** Writes back what changed; the set is spent afterwards. */
  async write(connection: Connection, writer: RowWriter): Promise<void> {
    const inserted: Row[] = [];
    const updated: Row[] = [];
    const removed: string[] = [];
    for (const [name, { row, isStored, isChanged }] of this.#slots) {
      if (!isChanged) continue;
      if (row !== undefined) (isStored ? updated : inserted).push(row);
      else if (isStored) removed.push(name);
    }
    this.#slots.clear();
    const works: (() => Promise<void>)[] = [];
    if (removed.length > 0) works.push(() => this.#delete(connection, removed));
    if (updated.length > 0) works.push(() => this.#update(connection, updated));
    if (inserted.length > 0) works.push(() => writer(connection, this.#table, inserted));
    await together(connection, ...works);
  }

  async #delete(connection: Connection, names: readonly string[]): Promise<void> {
    const { name: table, key } = this.#table;
    const parts = names.map((name) => name.split(separator));
    const matches = key.map((field) => `stored.${columnName(field)} = given.${columnName(field)}`);
    await connection.query(
      `DELETE FROM ${table} AS stored USING ${unnestOf(this.#table, key)} WHERE ${matches.join(' AND ')}`,
      key.map((_, index) => parts.map((part) => part[index])),
    );
  }

  async #update(connection: Connection, rows: readonly Row[]): Promise<void> {
    const { name: table, key } = this.#table;
    const fields = fieldsOf(this.#table);
    const changed = fields.filter((field) => !key.includes(field));
    if (changed.length === 0) return;
    const assignments = changed.map((field) => `${columnName(field)} = ${givenColumn(this.#table, field)}`);
    const matches = key.map((field) => `stored.${columnName(field)} = given.${columnName(field)}`);
    await connection.query(
      `UPDATE ${table} AS stored SET ${assignments.join(', ')}
       FROM ${unnestOf(this.#table, fields)} WHERE ${matches.join(' AND ')}`,
      fields.map((field) => valuesOf(this.#table, rows, field)),
    );
  }

  #slotOf(key: Partial<Row>): Slot<Row> {
    const slot = this.#slots.get(this.#nameOf(key));
    if (slot === undefined) throw new Error(`a row of ${this.#table.name} is used that was not loaded`);
    return slot;
  }

  #nameOf(row: Partial<Row>): string {
    let name = '';
    for (const field of this.#table.key) name += `${String(row[field])}${separator}`;
    return name;
  }
}

/** Ends each value of a key: cannot stand in an id, nor in any text that Postgres holds. */
const separator = '\0';
