import { wholeOrganization } from '../group/partition.ts';
import type { ReadModel } from '../group/read-model.ts';
import { RecordBatch } from './record-batch.ts';
import { recordIndexes, recordTables } from './record-tables.ts';

/**
 * One row for each event of ours, as it is stored, and a tree over them for each organization. Nothing is decoded or
 * opened, so neither a malformed event nor a vault that is away leaves a gap in it.
 */
export const record: ReadModel = {
  name: 'record',
  version: 1,
  tables: recordTables,
  indexes: recordIndexes,
  opens: new Set(),
  concerns: () => true,
  partitionOf: wholeOrganization,
  isPrompt: false,
  batchIntervalMs: 200,
  apply: async (connection, items, { writer }) => {
    const batch = await RecordBatch.make(
      connection,
      items.map(({ stored }) => stored),
    );
    await batch.write(connection, writer);
    return [];
  },
};
