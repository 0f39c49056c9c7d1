import type { parseArgs } from 'node:util';

type Options = NonNullable<Parameters<typeof parseArgs>[0]>['options'];

/** What a command was given. */
export interface Given {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
}

/** One thing that the program can do. */
export interface Command {
  readonly name: string;
  /** What stands after the name, such as `DIR TO`. */
  readonly synopsis: string;
  readonly summary: string;
  readonly help: string;
  readonly options: NonNullable<Options>;
  /** How many words must follow the name. */
  readonly positionals: { readonly least: number; readonly most: number };
  /** Resolves with the exit code when it is done. */
  run(given: Given): Promise<number>;
}

/** The command line is wrong; its message says what to write instead. */
export class UsageError extends Error {
  override name = 'UsageError';
}
