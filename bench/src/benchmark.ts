/** One measurement: `npm run bench -- NAME`. */
export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /** Prints its figures on stdout; the machine is shared, so it repeats and prints medians. */
  run(args: readonly string[]): Promise<void>;
}
