import { UsageError, type Command } from '../command.ts';
import { verifyFile, verifyHelp } from './verify-file.ts';

const help = `Look into the record, and prove what it says.

  npm run audit -- verify FILE [--key KEY] [--json]

${verifyHelp}`;

export const auditCommand: Command = {
  name: 'audit',
  summary: 'verify an export of the record off line',
  help,
  run: async ([action, ...args]) => {
    if (action === 'verify') return verifyFile(args);
    throw new UsageError(action === undefined ? 'Say what to do: verify.' : `There is no audit ${action}.`);
  },
};
