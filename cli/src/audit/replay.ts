import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { auditEntryView, type AuditEntryView } from '@verbatim/shared';
import { UsageError } from '../command.ts';
import { visible } from '../terminal/table.ts';
import { openClient, askingFlags, pathWith, type Action } from './action.ts';
import { detailOf, nameOf } from './list-events.ts';
import { withReason } from './reason.ts';

export const replayAction: Action = {
  name: 'replay',
  usage: 'ROOM [--from F] [--to T] [--speed S]',
  summary: 'every change of a room, in order',
  help: `Tells every change of a room in the order in which it happened.

  --from, --to     a position or a time (ISO 8601); without --to it ends at the newest event
  --speed S        1 is real time, 60 a minute in a second, 0 as fast as it goes (0)
  --cursor P       go on after this position: that of the last line before a replay was cut
  --reason TEXT    why; private rooms take one
  --json           the lines of the API, an entry each
`,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...askingFlags,
        from: { type: 'string' },
        to: { type: 'string' },
        speed: { type: 'string' },
        cursor: { type: 'string' },
      },
    });
    const [room] = positionals;
    if (room === undefined || positionals.length > 1) throw new UsageError('Name one ROOM by its id.');
    const client = await openClient(values);
    const { from, to, speed, cursor } = values;
    const path = `/audit/rooms/${encodeURIComponent(room)}/replay`;
    const body = await withReason(values.reason, (reason) =>
      client.stream(pathWith(path, { from, to, speed, cursor, reason })),
    );
    let last = cursor;
    try {
      for await (const line of createInterface({ input: Readable.fromWeb(body), crlfDelay: Infinity })) {
        const entry = auditEntryView.parse(JSON.parse(line));
        process.stdout.write(values.json ? `${line}\n` : told(entry));
        last = entry.position;
      }
    } catch (error) {
      process.stderr.write(
        `The replay was cut${last === undefined ? '' : `; go on with --cursor ${last}`}.\n`,
      );
      throw error;
    }
    return 0;
  },
};

const told = (entry: AuditEntryView): string =>
  `${entry.at}  ${visible(nameOf(entry.actor))}  ${entry.action}  ${visible(detailOf(entry))}\n`;
