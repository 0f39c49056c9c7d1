import { parseArgs } from 'node:util';
import { commandAnswer, holdView, pageOf, type HoldView } from '@verbatim/shared';
import { UsageError } from '../command.ts';
import { counted } from '../terminal/counted.ts';
import { table } from '../terminal/table.ts';
import { openClient, askingFlags, printJson, type Action } from './action.ts';
import { needReason } from './reason.ts';

const page = pageOf(holdView);

export const holdsAction: Action = {
  name: 'holds',
  usage: '[place | release ID]',
  summary: 'what is kept whatever retention or erasure say',
  help: `Lists the legal holds of your organization, places one, or releases one. Those held are not told.

  holds
  holds place --name NAME (--user ID … | --room ID …) [--from TIME] [--to TIME] [--reason TEXT]
  holds release ID

  --user, --room   whom and what to hold; may be given several times
  --json           one JSON object for programs
`,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...askingFlags,
        name: { type: 'string' },
        user: { type: 'string', multiple: true },
        room: { type: 'string', multiple: true },
        from: { type: 'string' },
        to: { type: 'string' },
      },
    });
    const [what = 'list', id, ...rest] = positionals;
    if (rest.length > 0) throw new UsageError(`What does "${rest.join(' ')}" mean?`);
    if (what === 'release') {
      if (id === undefined) throw new UsageError('Name the hold to release by its ID.');
      const client = await openClient(values);
      return done(
        values.json,
        'released',
        await client.delete(`/audit/holds/${encodeURIComponent(id)}`, commandAnswer),
      );
    }
    if (id !== undefined) throw new UsageError(`What does "${id}" mean?`);
    if (what === 'place') {
      const { name, user: userIds, room: roomIds, from, to } = values;
      if (name === undefined) throw new UsageError('A hold has a --name.');
      if (userIds === undefined && roomIds === undefined)
        throw new UsageError('Name --user or --room to hold.');
      const reason = await needReason(values.reason);
      const client = await openClient(values);
      const body = { name, userIds, roomIds, from, to, reason };
      return done(values.json, 'placed', await client.post('/audit/holds', body, commandAnswer));
    }
    if (what !== 'list') throw new UsageError(`There is no holds ${what}.`);
    const client = await openClient(values);
    const { items } = await client.get('/audit/holds', page);
    if (values.json) printJson(items);
    else process.stdout.write(items.length === 0 ? 'There are no holds.\n' : holdTable(items));
    return 0;
  },
};

function done(
  json: boolean,
  what: string,
  answer: { readonly id: string; readonly position: string },
): number {
  if (json) printJson(answer);
  else process.stdout.write(`Hold ${answer.id} is ${what} (position ${answer.position}).\n`);
  return 0;
}

function holdTable(holds: readonly HoldView[]): string {
  const count = (ids: readonly string[] | null, one: string, many: string): string[] =>
    ids === null ? [] : [counted(ids.length, one, many)];
  return table(
    ['hold', 'name', 'placed', 'released', 'covers', 'reason'],
    holds.map((hold) => [
      hold.id,
      hold.name ?? '(erased)',
      hold.placed.at,
      hold.released?.at ?? 'in force',
      [...count(hold.userIds, 'person', 'people'), ...count(hold.roomIds, 'room', 'rooms')].join(', '),
      hold.reason ?? '',
    ]),
  );
}
