import { setTimeout as delay } from 'node:timers/promises';
import { StartFault } from '../start-fault.ts';
import { BackOff } from './back-off.ts';
import type { Part, RunningPart } from './part.ts';

/** How often a part that has never been up is tried before the whole start is given up. */
const firstStartAttempts = 3;

export interface KeeperOptions {
  readonly part: Part;
  /** Told in a person's words what happened to the part. */
  readonly report: (line: string) => void;
}

/** Keeps one part running until it is stopped. */
export class Keeper {
  readonly name: string;
  readonly #part: Part;
  readonly #report: (line: string) => void;
  readonly #backOff = new BackOff();
  readonly #stopping = new AbortController();
  #running: RunningPart | undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor({ part, report }: KeeperOptions) {
    this.name = part.name;
    this.#part = part;
    this.#report = report;
  }

  /** Resolves when the part is up for the first time; rejects with a `StartFault` when it does not come up. */
  async start(): Promise<void> {
    const first = this.#startFirst();
    this.#loop = first.then(
      (running) => this.#keepRunning(running),
      () => undefined, // Told to whoever started it, below.
    );
    await first;
  }

  /** Resolves when the part has ended and will not be started again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.stop();
    await this.#loop;
  }

  kill(): void {
    this.#stopping.abort();
    this.#running?.kill();
  }

  async #startFirst(): Promise<RunningPart> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#startOnce();
      } catch (error) {
        if (error instanceof StartFault || attempt === firstStartAttempts || this.#isStopping()) throw error;
        await this.#pause(0);
      }
    }
  }

  async #keepRunning(first: RunningPart): Promise<void> {
    let running: RunningPart | undefined = first;
    let startedAt = performance.now();
    while (!this.#isStopping()) {
      if (running) {
        const how = await running.ended;
        if (this.#isStopping()) return;
        this.#report(`${this.name} ended unexpectedly (${how}) and is started again.`);
      }
      await this.#pause(performance.now() - startedAt);
      startedAt = performance.now();
      running = await this.#startAgain();
    }
  }

  async #startAgain(): Promise<RunningPart | undefined> {
    if (this.#isStopping()) return undefined;
    try {
      const running = await this.#startOnce();
      this.#report(`${this.name} is running again.`);
      return running;
    } catch (error) {
      if (!this.#isStopping()) this.#report(`${this.name} could not be started: ${messageOf(error)}`);
      return undefined;
    }
  }

  async #startOnce(): Promise<RunningPart> {
    this.#running = undefined;
    const running = await this.#part.start(this.#stopping.signal);
    this.#running = running;
    // Stopped in the very moment in which it came up: nobody else would end it.
    if (this.#isStopping()) await running.stop();
    return running;
  }

  async #pause(ranForMs: number): Promise<void> {
    await delay(this.#backOff.nextDelayMs(ranForMs), undefined, { signal: this.#stopping.signal }).catch(
      () => undefined,
    );
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
