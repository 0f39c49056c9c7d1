import { connectionHelp } from '../api/credentials.ts';
import type { Command } from '../command.ts';
import { exportAction } from './export.ts';

/** `npm run export -- FILE`: the same as `npm run audit -- export FILE`. */
export const exportCommand: Command = {
  name: 'export',
  summary: 'save a part of the record with its proofs',
  help: `npm run export -- ${exportAction.usage}\n\n${exportAction.help}${connectionHelp}`,
  run: (args) => exportAction.run(args),
};
