/** Something that the supervisor starts, keeps running and stops. */
export interface Part {
  readonly name: string;
  /** Resolves when the part does its work; rejects, leaving nothing behind, when it did not come up or `signal` aborts. */
  start(signal: AbortSignal): Promise<RunningPart>;
}

export interface RunningPart {
  /** Settles with how it ended ("exit code 1"), for whatever reason. */
  readonly ended: Promise<string>;
  /** Asks it to end, insists after a bound of its own, and resolves when it has ended. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}
