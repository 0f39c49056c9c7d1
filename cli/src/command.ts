/** One command of the terminal: `npm run NAME -- ARGUMENTS`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  /** What `--help` prints after some words, where that differs. */
  helpFor?(args: readonly string[]): string;
  /** Resolves to the exit code: 0 only when all was done. */
  run(args: readonly string[]): Promise<number>;
}

/** The command was called wrongly; printed with a pointer to `--help`, exit code 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something that the person at the terminal has to know and can act on; printed without a stack, exit code 1. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}
