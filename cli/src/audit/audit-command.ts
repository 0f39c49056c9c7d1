import { connectionHelp } from '../api/credentials.ts';
import { UsageError, type Command } from '../command.ts';
import type { Action } from './action.ts';
import { eraseAction } from './erase.ts';
import { exportAction } from './export.ts';
import { holdsAction } from './holds.ts';
import { eventsAction } from './list-events.ts';
import { replayAction } from './replay.ts';
import { roomAtAction } from './room-at.ts';
import { trailAction } from './trail.ts';
import { verifyAction } from './verify.ts';

const actions: readonly Action[] = [
  eventsAction,
  roomAtAction,
  replayAction,
  trailAction,
  exportAction,
  verifyAction,
  holdsAction,
  eraseAction,
];

const lines = actions.map(({ name, usage, summary }) => `  ${`${name} ${usage}`.padEnd(44)}${summary}`);
const help = `Look into the record, and prove what it says. You need the role owner or compliance, and every look goes on the
record itself.

  npm run audit -- ACTION …        npm run audit -- ACTION --help

${lines.join('\n')}

${connectionHelp}`;

export const auditCommand: Command = {
  name: 'audit',
  summary: 'look into the record, and prove what it says',
  help,
  helpFor: ([name]) => {
    const action = actions.find((candidate) => candidate.name === name);
    if (action === undefined) return help;
    const isLocal = action === verifyAction;
    return `npm run audit -- ${action.name} ${action.usage}\n\n${action.help}${isLocal ? '' : connectionHelp}`;
  },
  run: async ([name, ...args]) => {
    const action = actions.find((candidate) => candidate.name === name);
    if (action !== undefined) return action.run(args);
    const known = actions.map((each) => each.name).join(', ');
    throw new UsageError(
      name === undefined ? `Say what to do: ${known}.` : `There is no audit ${name}, but: ${known}.`,
    );
  },
};
