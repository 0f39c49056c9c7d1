import { together, type Connection } from '../tables/connection.ts';

interface WordChange {
  /** Unknown where only terms are at hand: then it is no new word. */
  word: string | null;
  change: number;
}

/** By how many documents each word gains or loses, summed over a batch, so that the order within it is no matter. */
export class WordCounts {
  readonly #changes = new Map<string, Map<number, WordChange>>();

  add(organizationId: string, words: ReadonlyMap<number, string>): void {
    for (const [term, word] of words) {
      const known = this.#changeOf(organizationId, term);
      known.word = word;
      known.change += 1;
    }
  }

  /** Terms that stand for no word are passed over when the counts are written. */
  take(organizationId: string, terms: Iterable<number>): void {
    for (const term of terms) this.#changeOf(organizationId, term).change -= 1;
  }

  *changes(): Generator<{ organizationId: string; term: number; word: string | null; change: number }> {
    for (const [organizationId, changes] of this.#changes)
      for (const [term, { word, change }] of changes)
        if (change !== 0) yield { organizationId, term, word, change };
  }

  async write(connection: Connection): Promise<void> {
    const works: (() => Promise<void>)[] = [];
    for (const [organizationId, changes] of this.#changes) {
      const gained = [...changes].filter(([, { change }]) => change > 0);
      const lost = [...changes].filter(([, { change }]) => change < 0);
      if (gained.length > 0) works.push(() => gain(connection, organizationId, gained));
      if (lost.length > 0) works.push(() => lose(connection, organizationId, lost));
    }
    this.#changes.clear();
    await together(connection, ...works);
  }

  #changeOf(organizationId: string, term: number): WordChange {
    let changes = this.#changes.get(organizationId);
    if (changes === undefined) this.#changes.set(organizationId, (changes = new Map<number, WordChange>()));
    let change = changes.get(term);
    if (change === undefined) changes.set(term, (change = { word: null, change: 0 }));
    return change;
  }
}

type Changes = readonly (readonly [number, WordChange])[];

async function gain(connection: Connection, organizationId: string, changes: Changes): Promise<void> {
  await connection.query(
    `INSERT INTO word (organization_id, term, word, documents)
     SELECT $1, term, word, change FROM unnest($2::bigint[], $3::text[], $4::integer[]) AS given (term, word, change)
     ON CONFLICT (organization_id, term) DO UPDATE SET documents = word.documents + excluded.documents`,
    [organizationId, ...columnsOf(changes)],
  );
}

/** A word that no document has any more is forgotten: it may have been a secret. */
async function lose(connection: Connection, organizationId: string, changes: Changes): Promise<void> {
  const [terms, , counts] = columnsOf(changes);
  await connection.query(
    `UPDATE word SET documents = documents + change
     FROM unnest($2::bigint[], $3::integer[]) AS given (term, change)
     WHERE word.organization_id = $1 AND word.term = given.term`,
    [organizationId, terms, counts],
  );
  await connection.query(
    `DELETE FROM word WHERE organization_id = $1 AND term = ANY($2::bigint[]) AND documents <= 0`,
    [organizationId, terms],
  );
}

const columnsOf = (changes: Changes): [number[], (string | null)[], number[]] => [
  changes.map(([term]) => term),
  changes.map(([, { word }]) => word),
  changes.map(([, { change }]) => change),
];
