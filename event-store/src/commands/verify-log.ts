import { checkEvent } from '../log/check.ts';
import { DamagedStoreError } from '../log/damaged-store-error.ts';
import { measureDataFile } from '../log/data-file.ts';
import { EMPTY_CHAIN } from '../log/record.ts';
import { decodeStreamState } from '../log/stream-state.ts';
import { openTablesForReading, type Tables } from '../log/tables.ts';

export interface Verified {
  readonly events: number;
  readonly streams: number;
  /** The hash over all events; the same for every copy that holds the same events. */
  readonly headHash: string;
}

/** Checks every event and every index entry of a store, also while a server writes to it. Throws at the first damage. */
export async function verifyLog(directory: string): Promise<Verified> {
  const length = measureDataFile(directory);
  if (length && length.actual < length.expected) {
    throw new DamagedStoreError(`data.mdb has ${length.actual} bytes and should have ${length.expected}`);
  }
  const tables = openTablesForReading(directory);
  try {
    const { head, streams } = checkCounts(tables);
    let chain = EMPTY_CHAIN;
    for (let position = 1; position <= head; position++) chain = checkEvent(tables, position, chain);
    return { events: head, streams, headHash: chain.toString('hex') };
  } finally {
    await tables.environment.close();
  }
}

/**
 * Compares the tables with each other in one snapshot. Together with the check of each event this shows that no index
 * holds anything that is not in the log.
 */
function checkCounts({ environment, events, revisions, streams }: Tables): { head: number; streams: number } {
  const transaction = environment.useReadTransaction();
  try {
    const [head = 0] = events.getKeys({ reverse: true, limit: 1, transaction });
    let inStreams = 0;
    let count = 0;
    for (const { key, value } of streams.getRange({ transaction })) {
      inStreams += decodeStreamState(key, value).lastRevision + 1;
      count++;
    }
    if (inStreams !== head) throw new DamagedStoreError(`streams hold ${inStreams} events, the log ${head}`);
    const indexed = revisions.getCount({ transaction });
    if (indexed !== head)
      throw new DamagedStoreError(`the index of revisions holds ${indexed} events, the log ${head}`);
    return { head, streams: count };
  } finally {
    transaction.done();
  }
}
