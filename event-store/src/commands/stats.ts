import { statSync } from 'node:fs';
import { dataFileOf } from '../log/data-file.ts';
import { chainOf } from '../log/record.ts';
import { openTablesForReading } from '../log/tables.ts';
import type { Command } from './command.ts';

export const stats: Command = {
  name: 'stats',
  synopsis: 'DIR',
  summary: 'tell how much a store holds',
  help: 'Prints the number of events and streams, the bytes on disk and the hash over all events, one line each.',
  options: {},
  positionals: { least: 1, most: 1 },
  run: async ({ positionals: [directory = ''] }) => {
    const { environment, events, streams } = openTablesForReading(directory);
    try {
      const [newest] = events.getRange({ reverse: true, limit: 1 });
      const figures = {
        events: newest?.key ?? 0,
        streams: streams.getCount(),
        'bytes on disk': statSync(dataFileOf(directory)).size,
        hash: newest ? chainOf(newest.value).toString('hex') : '-',
      };
      for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name}: ${value}\n`);
      return 0;
    } finally {
      await environment.close();
    }
  },
};
