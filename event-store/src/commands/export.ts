import { createWriteStream } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { checkEvent } from '../log/check.ts';
import { LogView } from '../log/log-view.ts';
import { EMPTY_CHAIN } from '../log/record.ts';
import { openTablesForReading, type Tables } from '../log/tables.ts';
import type { Command } from './command.ts';
import { toExported } from './exported-event.ts';

export const exportCommand: Command = {
  name: 'export',
  synopsis: 'DIR [FILE]',
  summary: 'write all events as lines of JSON',
  help: `Writes one line of JSON per event, in order, to FILE or to standard output, checking each on the way. Data and
metadata stand in it to the byte: as text where they are UTF-8, else in base64. The last line tells the number of
events and the hash over them; an export without it is not whole. A server may go on writing meanwhile.`,
  options: {},
  positionals: { least: 1, most: 2 },
  run: async ({ positionals: [directory = '', file] }) => {
    const tables = openTablesForReading(directory);
    try {
      const target: Writable = file === undefined ? process.stdout : createWriteStream(file);
      await pipeline(Readable.from(exportLines(tables)), target, { end: file !== undefined });
      return 0;
    } finally {
      await tables.environment.close();
    }
  },
};

function* exportLines(tables: Tables): Generator<string> {
  const view = new LogView(tables);
  const [head = 0] = tables.events.getKeys({ reverse: true, limit: 1 });
  let chain = EMPTY_CHAIN;
  for (let position = 1; position <= head; position++) {
    chain = checkEvent(tables, position, chain);
    yield `${JSON.stringify(toExported(view.eventAt(position)))}\n`;
  }
  yield `${JSON.stringify({ end: true, events: head, hash: chain.toString('hex') })}\n`;
}
