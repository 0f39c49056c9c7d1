import path from 'node:path';
import { parseArgs } from 'node:util';
import { findInstance } from '@verbatim/shared/configuration';
import { CommandFailure, type Command } from '../command.ts';

export const urlsCommand: Command = {
  name: 'urls',
  summary: 'prints where the running instance and its stores are reached',
  help: `npm run -s urls

Prints one JSON line {"origin", "eventStore", "database"} about the instance that runs on VERBATIM_DATA_DIR
(default ./data). The connection strings carry all rights: point psql or any EventStoreDB client at them.
`,
  run: async (args) => {
    parseArgs({ args: [...args], options: {}, allowPositionals: false });
    const directory = path.resolve(process.env.VERBATIM_DATA_DIR ?? 'data');
    const urls = await findInstance(directory);
    if (!urls) throw new CommandFailure(`No instance of Verbatim is running on ${directory}.`);
    process.stdout.write(`${JSON.stringify(urls)}\n`);
    return 0;
  },
};
