import { parseArgs } from 'node:util';
import { auditEntryView, pageOf, type AuditEntryView } from '@verbatim/shared';
import { UsageError } from '../command.ts';
import { table } from '../terminal/table.ts';
import { openClient, askingFlags, pathWith, printJson, type Action } from './action.ts';
import { withReason } from './reason.ts';

const page = pageOf(auditEntryView);
const pageEntries = 200;

export const eventsAction: Action = {
  name: 'events',
  usage: '[filters]',
  summary: 'the entries of the record',
  help: `Lists what happened in your organization, oldest first. What was said where not everybody could read stays sealed
until there is a --reason.

  --room, --actor, --entity ID   only what happened in, was done by, happened to
  --type NAME                    only events of a type, such as MessageSent
  --from, --to TIME              stamped from, up to (ISO 8601)
  --order asc|desc               oldest or newest first (asc)
  --limit N                      so many (50); --all for every one
  --json                         an entry a line, in full
`,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...askingFlags,
        room: { type: 'string' },
        actor: { type: 'string' },
        entity: { type: 'string' },
        type: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        order: { type: 'string' },
        limit: { type: 'string', default: '50' },
        all: { type: 'boolean', default: false },
      },
    });
    if (positionals.length > 0) throw new UsageError('Filters begin with --, such as --room ID.');
    const wanted = values.all ? Infinity : Number(values.limit);
    if (!(wanted >= 1)) throw new UsageError('--limit must be a number of at least 1.');
    const client = await openClient(values);
    const { room, actor, entity, type, from, to, order } = values;
    let reason = values.reason;
    let shown = 0;
    for (let cursor: string | undefined; ;) {
      const limit = Math.min(pageEntries, wanted - shown);
      const answer = await withReason(reason, (given) => {
        reason = given;
        const fields = { room, actor, entity, type, from, to, order, reason: given, cursor, limit };
        return client.get(pathWith('/audit/events', fields), page);
      });
      if (values.json) for (const entry of answer.items) printJson(entry);
      else process.stdout.write(entryTable(answer.items));
      shown += answer.items.length;
      if (answer.nextCursor === null || shown >= wanted) break;
      cursor = answer.nextCursor;
    }
    return 0;
  },
};

function entryTable(entries: readonly AuditEntryView[]): string {
  return table(
    ['position', 'at', 'who', 'action', 'entity', 'what'],
    entries.map((entry) => [
      entry.position,
      entry.at,
      nameOf(entry.actor),
      entry.action,
      `${entry.entity.type} ${entry.entity.id ?? ''}`,
      detailOf(entry),
    ]),
  );
}

export const nameOf = ({ displayName, id, type }: AuditEntryView['actor']): string =>
  displayName ?? (type === 'system' ? 'Verbatim' : (id ?? '?'));

/** Ids of the entity and its room stand in columns of their own, or were asked for. */
const isShownAlready = (name: string, value: unknown): boolean =>
  value === null || value === undefined || ['messageId', 'roomId', 'organizationId', 'note'].includes(name);

/** What somebody said or named comes before ids and days. */
const isForPeople = ([name]: readonly [string, unknown]): boolean =>
  ['text', 'name', 'displayName', 'emoji', 'reason', 'role'].includes(name);

export function detailOf({ content, data }: AuditEntryView): string {
  const fields = Object.entries(data).filter(([name, value]) => !isShownAlready(name, value));
  const told = [...fields.filter(isForPeople), ...fields.filter((field) => !isForPeople(field))].map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [...(content === null || content === 'present' ? [] : [`(${content})`]), ...told].join(' ');
}
