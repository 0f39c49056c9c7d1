import { createReadStream } from 'node:fs';
import { EventLog } from '../log/event-log.ts';
import { parseUuid } from '../protobuf/uuid.ts';
import { reportToStderr } from '../report.ts';
import { TOMBSTONE_TYPE } from '../streams/stream-metadata.ts';
import { UsageError, type Command } from './command.ts';
import { linesOf } from './lines.ts';
import { exportedEventSchema, exportEndSchema, fromBytes, type ExportedEvent } from './exported-event.ts';

const EVENTS_PER_COMMIT = 1_000;
const BYTES_PER_EVENT = 1_024;

export const importCommand: Command = {
  name: 'import',
  synopsis: 'DIR [FILE]',
  summary: 'make a store of the lines that export wrote',
  help: `Makes a new store in DIR of the lines that export wrote, from FILE or standard input: the same events with the
same ids, positions, revisions, times and hash. DIR must hold no events yet. If it fails half-way, remove DIR and
begin again.`,
  options: {},
  positionals: { least: 1, most: 2 },
  run: async ({ positionals: [directory = '', file] }) => {
    const log = await EventLog.open({ directory, report: reportToStderr, onFailure: () => undefined });
    try {
      if (log.headPosition > 0) throw new UsageError(`${directory} already holds events`);
      const input = file === undefined ? process.stdin : createReadStream(file);
      const events = await importLines(log, linesOf(input.setEncoding('utf8')));
      process.stdout.write(`imported ${events} events\nhash ${log.headHash}\n`);
      return 0;
    } finally {
      await log.close();
    }
  },
};

async function importLines(log: EventLog, lines: AsyncIterable<string>): Promise<number> {
  let batch: ExportedEvent[] = [];
  for await (const line of lines) {
    const content = parseLine(line);
    const end = exportEndSchema.safeParse(content);
    if (end.success) {
      await store(log, batch);
      if (log.headPosition !== end.data.events || log.headHash !== end.data.hash) {
        throw new Error('the imported events are not those that were exported');
      }
      return end.data.events;
    }
    batch.push(exportedEventSchema.parse(content));
    if (batch.length < EVENTS_PER_COMMIT) continue;
    await store(log, batch);
    batch = [];
  }
  throw new Error('the export ends before its last line: it is not whole');
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error('a line is no JSON: the export is not whole', { cause });
  }
}

async function store(log: EventLog, events: readonly ExportedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const { outcome } = log.submit({
    bytes: events.length * BYTES_PER_EVENT,
    run: (transaction) => {
      for (const { stream, position, revision, createdTicks, ...event } of events) {
        const id = parseUuid(event.id);
        if (!id) throw new Error(`the event at position ${position} has no proper id`);
        const { metadata, data, type, contentType } = event;
        const proposed = {
          id,
          type,
          contentType,
          createdTicks,
          metadata: fromBytes(metadata),
          data: fromBytes(data),
        };
        const { lastPosition, lastRevision } = transaction.append(stream, [proposed]);
        if (lastPosition !== position || lastRevision !== revision) {
          throw new Error(`the line of position ${position} is out of order`);
        }
        if (type === TOMBSTONE_TYPE) transaction.markTombstoned(stream);
      }
    },
  });
  await outcome;
}
