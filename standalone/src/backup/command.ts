import { parseArgs, type ParseArgsConfig } from 'node:util';
import { PostgresFault } from '@verbatim/postgres';
import { StartFault } from '../start-fault.ts';

const exitCodes = { failure: 1, usage: 64 } as const;

interface DirectoryCommand<Flags extends NonNullable<ParseArgsConfig['options']>> {
  readonly name: string;
  readonly help: string;
  readonly flags: Flags;
  readonly run: (
    directory: string,
    values: Readonly<Record<string, string | boolean | undefined>>,
  ) => Promise<void>;
}

/** Runs `npm run NAME -- DIR` and ends the process with its exit code. */
export async function runDirectoryCommand<Flags extends NonNullable<ParseArgsConfig['options']>>({
  name,
  help,
  flags,
  run,
}: DirectoryCommand<Flags>): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(help);
    return;
  }
  try {
    const { values, positionals } = parseArgs({ args, options: flags, allowPositionals: true });
    const [directory] = positionals;
    if (directory === undefined || positionals.length > 1) throw new TypeError('Name one DIR.');
    await run(directory, values);
  } catch (error) {
    const isUsage = error instanceof TypeError;
    process.stderr.write(
      isUsage ? `${error.message}\nTry: npm run ${name} -- --help\n` : `${explain(name, error)}\n`,
    );
    process.exitCode = isUsage ? exitCodes.usage : exitCodes.failure;
  }
}

function explain(name: string, error: unknown): string {
  if (error instanceof StartFault || error instanceof PostgresFault) return error.message;
  return error instanceof Error ? `The ${name} failed: ${error.message}` : String(error);
}
