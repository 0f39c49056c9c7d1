import { parseArgs } from 'node:util';
import { pastRoomAnswer, type PastMessageView, type PastRoomAnswer } from '@verbatim/shared';
import { UsageError } from '../command.ts';
import { table, visible } from '../terminal/table.ts';
import { openClient, askingFlags, pathWith, printJson, type Action } from './action.ts';
import { withReason } from './reason.ts';

const pageMessages = 200;

export const roomAtAction: Action = {
  name: 'room-at',
  usage: 'ROOM [--time T | --position P]',
  summary: 'a room as it was at a moment',
  help: `Shows a room as it was: its details, who was in it, and the messages as they then read.

  --time T         at this time (ISO 8601); --position P: right after this position; neither: now
  --limit N        so many of the newest messages (50); --all for every one, oldest first
  --reason TEXT    why; private rooms take one
  --json           the answer of the API, a page a line
`,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...askingFlags,
        time: { type: 'string' },
        position: { type: 'string' },
        limit: { type: 'string', default: '50' },
        all: { type: 'boolean', default: false },
      },
    });
    const [room] = positionals;
    if (room === undefined || positionals.length > 1) throw new UsageError('Name one ROOM by its id.');
    if (values.time !== undefined && values.position !== undefined)
      throw new UsageError('Give either --time or --position.');
    const client = await openClient(values);
    let reason = values.reason;
    const ask = (fields: Readonly<Record<string, string | undefined>>): Promise<PastRoomAnswer> =>
      withReason(reason, (given) => {
        reason = given;
        const { time, position } = values;
        const path = `/audit/rooms/${encodeURIComponent(room)}/at`;
        return client.get(pathWith(path, { time, position, reason: given, ...fields }), pastRoomAnswer);
      });
    const show = (answer: PastRoomAnswer, isFirst: boolean): void => {
      if (values.json) printJson(answer);
      else process.stdout.write((isFirst ? roomText(answer) : '') + messageTable(answer.messages));
    };
    if (!values.all) {
      show(await ask({ limit: values.limit, before: endOfLog }), true);
      return 0;
    }
    for (let cursor: string | undefined, isFirst = true; ; isFirst = false) {
      const answer = await ask({ limit: String(pageMessages), cursor });
      show(answer, isFirst);
      if (answer.nextCursor === null) return 0;
      cursor = answer.nextCursor;
    }
  },
};

/** No log has a position beyond this one. */
const endOfLog = '9223372036854775807';

function roomText({ asOf, room, participants }: PastRoomAnswer): string {
  const state = [room.visibility, room.kind, ...(room.archived ? ['archived'] : [])].join(' ');
  const topic = room.topic === '' ? '' : `Topic: ${visible(room.topic)}\n`;
  return (
    `${visible(room.name ?? '(no name)')}, ${state}, as of position ${asOf.position} (${asOf.time})\n${topic}\n` +
    `${table(
      ['role', 'participant', 'id'],
      participants.map(({ role, displayName, userId }) => [role, displayName ?? '(erased)', userId]),
    )}\n`
  );
}

function messageTable(messages: readonly PastMessageView[]): string {
  return table(
    ['position', 'at', 'who', 'message'],
    messages.map((message) => [
      message.position,
      message.createdAt,
      message.author.displayName === '' ? '(erased)' : message.author.displayName,
      `${message.content === 'present' ? (message.text ?? '') : `(${message.content})`}${marksOf(message)}`,
    ]),
  );
}

function marksOf({ editedAt, pinned, reactions }: PastMessageView): string {
  const marks = [
    ...(editedAt === null ? [] : ['edited']),
    ...(pinned ? ['pinned'] : []),
    ...reactions.map(({ emoji, count }) => `${emoji} ${count}`),
  ];
  return marks.length === 0 ? '' : `  [${marks.join(', ')}]`;
}
