import { parseArgs } from 'node:util';
import { messageTrailView, type ProvenEntryView } from '@verbatim/shared';
import { UsageError } from '../command.ts';
import { visible } from '../terminal/table.ts';
import { openClient, askingFlags, pathWith, printJson, type Action } from './action.ts';
import { detailOf, nameOf } from './list-events.ts';
import { withReason } from './reason.ts';

export const trailAction: Action = {
  name: 'trail',
  usage: 'MESSAGE',
  summary: 'everything that happened to a message, with proofs',
  help: `Shows every event of a message, content opened.

  --reason TEXT    why; messages of private rooms take one
  --json           with stored bytes, proofs and a signed checkpoint, a page a line; save it, and verify it off line:
                   npm run -s audit -- trail MESSAGE --json > trail.json
                   npm run audit -- verify trail.json --key KEY
`,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: askingFlags,
    });
    const [message] = positionals;
    if (message === undefined || positionals.length > 1) throw new UsageError('Name one MESSAGE by its id.');
    const client = await openClient(values);
    const path = `/audit/messages/${encodeURIComponent(message)}/trail`;
    let reason = values.reason;
    for (let cursor: string | undefined; ;) {
      const trail = await withReason(reason, (given) => {
        reason = given;
        return client.get(pathWith(path, { reason: given, cursor }), messageTrailView);
      });
      if (values.json) printJson(trail);
      else for (const entry of trail.items) process.stdout.write(told(entry));
      if (trail.nextCursor === null) return 0;
      cursor = trail.nextCursor;
    }
  },
};

const told = (entry: ProvenEntryView): string =>
  `${entry.at}  ${visible(nameOf(entry.actor))}  ${entry.action}  ${visible(detailOf(entry))}\n` +
  `  position ${entry.position}, event number ${entry.leafIndex} of ${entry.inclusion.treeSize}, leaf ${entry.leafHash}\n`;
