import { auditCommand } from './audit/audit-command.ts';
import { exportCommand } from './audit/export-command.ts';
import { CommandFailure, UsageError, type Command } from './command.ts';
import { importCommand } from './import/import-command.ts';
import { urlsCommand } from './urls/urls-command.ts';

const exitCodes = { failure: 1, usage: 64 } as const;

const commands: readonly Command[] = [importCommand, exportCommand, urlsCommand, auditCommand];

process.exitCode = await main(process.argv.slice(2));

async function main([name, ...args]: readonly string[]): Promise<number> {
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const asked = name === undefined || name === '--help' || name === 'help';
    (asked ? process.stdout : process.stderr).write(overview(asked ? undefined : name));
    return asked ? 0 : exitCodes.usage;
  }
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(command.helpFor?.(args) ?? command.help);
    return 0;
  }
  try {
    return await command.run(args);
  } catch (error) {
    return explain(command, error);
  }
}

function explain(command: Command, error: unknown): number {
  if (isUsageError(error)) {
    process.stderr.write(`${error.message}\nTry: npm run ${command.name} -- --help\n`);
    return exitCodes.usage;
  }
  if (error instanceof CommandFailure) process.stderr.write(`${error.message}\n`);
  else
    process.stderr.write(
      `${command.name} failed: ${error instanceof Error ? (error.stack ?? '') : String(error)}\n`,
    );
  return exitCodes.failure;
}

/** `parseArgs` of Node reports unknown flags by its own codes. */
function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

function overview(unknown: string | undefined): string {
  const complaint = unknown === undefined ? '' : `There is no command "${unknown}".\n\n`;
  const lines = commands.map(({ name, summary }) => `  npm run ${name.padEnd(10)}${summary}`);
  return `${complaint}Commands of Verbatim (each has --help):\n${lines.join('\n')}\n`;
}
