import { parkedCommand } from './parked-command.ts';
import { rebuildCommand } from './rebuild-command.ts';

/** Runs `rebuild …` or any of `status`, `retry` and `skip`; tells faults in one line and sets the exit code. */
export async function runCommandLine([command, ...rest]: readonly string[]): Promise<void> {
  try {
    process.exitCode =
      command === 'rebuild'
        ? await rebuildCommand(rest)
        : await parkedCommand(command === undefined ? ['--help'] : [command, ...rest]);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
