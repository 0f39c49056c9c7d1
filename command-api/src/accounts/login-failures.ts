import { streamOf, type AuditEvent, type Logger } from '@verbatim/shared';
import { randomUUID } from 'node:crypto';
import type { CommandRunner } from '../deciding/command-runner.ts';
import { personalContext, type Caller, type Person } from './sessions.ts';

interface Window {
  readonly person: Person;
  readonly caller: Caller;
  /** Failures since the last event, and when the first of them was. */
  count: number;
  firstAt: string;
  readonly timer: NodeJS.Timeout;
}

const windowMs = 60_000;
/** Accounts under attack at once; the one that has waited longest is written early when there are more. */
const maxWindows = 10_000;

/** Failed log-ins for the record: the first at once, those that follow within a minute as one event. */
export class LoginFailures {
  readonly #runner: CommandRunner;
  readonly #logger: Logger;
  readonly #windows = new Map<string, Window>();
  readonly #writing = new Set<Promise<void>>();

  constructor(runner: CommandRunner, logger: Logger) {
    this.#runner = runner;
    this.#logger = logger;
  }

  /** Nobody waits for this: the answer must not take longer where there is an account. */
  note(person: Person, caller: Caller): void {
    const window = this.#windows.get(person.userId);
    const now = new Date().toISOString();
    if (window !== undefined) {
      if (window.count === 0) window.firstAt = now;
      window.count += 1;
      return;
    }
    const [oldest] = this.#windows.keys();
    if (oldest !== undefined && this.#windows.size >= maxWindows) this.#close(oldest);
    this.#open(person, caller);
    this.#write(person, caller, { count: 1, firstAt: now });
  }

  /** Writes what was counted. */
  async stop(): Promise<void> {
    for (const userId of [...this.#windows.keys()]) this.#close(userId);
    await Promise.all(this.#writing);
  }

  #open(person: Person, caller: Caller): void {
    const timer = setTimeout(() => {
      if (this.#close(person.userId)) this.#open(person, caller);
    }, windowMs);
    timer.unref();
    this.#windows.set(person.userId, { person, caller, count: 0, firstAt: '', timer });
  }

  /** @returns whether there was anything to write. */
  #close(userId: string): boolean {
    const window = this.#windows.get(userId);
    if (window === undefined) return false;
    clearTimeout(window.timer);
    this.#windows.delete(userId);
    if (window.count > 0) this.#write(window.person, window.caller, window);
    return window.count > 0;
  }

  #write(person: Person, caller: Caller, failures: Pick<Window, 'count' | 'firstAt'>): void {
    const writing = this.#append(person, caller, failures)
      .catch((error: unknown) =>
        this.#logger.error({ err: error, userId: person.userId }, 'failed log-ins could not be recorded'),
      )
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  async #append(
    person: Person,
    caller: Caller,
    { count, firstAt }: Pick<Window, 'count' | 'firstAt'>,
  ): Promise<void> {
    const context = personalContext(person, caller, 'LogIn', randomUUID());
    const event: AuditEvent = { type: 'LoginFailed', data: { userId: person.userId, count, firstAt } };
    const sealed = await this.#runner.seal(context, [event], {});
    await this.#runner.appendSettled(context, streamOf.audit(person.organizationId), sealed, 'any');
  }
}
