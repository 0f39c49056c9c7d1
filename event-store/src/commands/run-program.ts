import { parseArgs } from 'node:util';
import { backup } from './backup.ts';
import { UsageError, type Command } from './command.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { serve } from './serve.ts';
import { stats } from './stats.ts';
import { userCertificate } from './user-certificate.ts';
import { verify } from './verify.ts';

const PROGRAM = 'verbatim-event-store';
const FAILED = 1;
const WRONG_USAGE = 2;

const commands: readonly Command[] = [
  serve,
  verify,
  backup,
  stats,
  exportCommand,
  importCommand,
  userCertificate,
];

/** Runs what the command line asks for; resolves with the exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const named = commands.find(({ name }) => name === args[0]);
  const command = named ?? serve;
  try {
    const { values, positionals } = parse(command, named ? args.slice(1) : args);
    if (values.help === true) {
      process.stdout.write(named ? helpOf(command) : overview());
      return 0;
    }
    const { least, most } = command.positionals;
    if (positionals.length < least || positionals.length > most)
      throw new UsageError(`usage: ${usageOf(command)}`);
    return await command.run({ values, positionals });
  } catch (error) {
    return explain(error);
  }
}

function parse(command: Command, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...command.options, help: { type: 'boolean' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function explain(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${PROGRAM}: ${message}\n`);
  if (!(error instanceof UsageError)) return FAILED;
  process.stderr.write(`${PROGRAM} --help tells more\n`);
  return WRONG_USAGE;
}

function usageOf({ name, synopsis }: Command): string {
  return `${PROGRAM} ${name} ${synopsis}`;
}

function helpOf(command: Command): string {
  return `usage: ${usageOf(command)}\n\n${command.help}\n`;
}

function overview(): string {
  const lines = commands.map(
    ({ name, synopsis, summary }) => `  ${`${name} ${synopsis}`.padEnd(34)}${summary}`,
  );
  return `An EventStoreDB-compatible event store for one machine.

usage: ${PROGRAM} [COMMAND] …

${lines.join('\n')}

Each command explains itself with --help.
`;
}
