import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '../log/event-log.ts';
import type { RecordedEvent } from '../log/recorded-event.ts';
import type { ProposedEvent, WriteTransaction } from '../log/write-transaction.ts';
import type { Report } from '../report.ts';
import { appendEvents } from '../streams/append-events.ts';
import { LINK_TYPE } from '../streams/links.ts';
import type { Project, ProjectedLink } from './system-projections.ts';

const EVENTS_PER_BATCH = 256;
const BYTES_OF_A_LINK = 256;
const RETRY_MS = 1_000;

/**
 * Runs one projection over `$all`. A link's id is made of its projection and its event, so that a link that is already
 * there is not made again: neither after a crash nor after a reset.
 */
export class ProjectionRunner {
  readonly #name: string;
  readonly #project: Project;
  readonly #log: EventLog;
  readonly #report: Report;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #position: number;
  #processed = 0;

  constructor(name: string, project: Project, log: EventLog, report: Report) {
    this.#name = name;
    this.#project = project;
    this.#log = log;
    this.#report = report;
    this.#position = checkpointOf(log, name);
    this.#running = this.#run();
  }

  get position(): number {
    return this.#position;
  }

  /** How many events it has looked at since it was started. */
  get processed(): number {
    return this.#processed;
  }

  /** Ends after the batch that is being written. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        if (this.#position >= this.#log.headPosition) await this.#log.changes.next('any', signal);
        else await this.#projectBatch();
      } catch (error) {
        this.#report(`projection ${this.#name} could not go on after position ${this.#position}`, error);
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #projectBatch(): Promise<void> {
    const end = Math.min(this.#log.headPosition, this.#position + EVENTS_PER_BATCH);
    const links: { stream: string; event: ProposedEvent }[] = [];
    for (let position = this.#position + 1; position <= end; position++) {
      const event = this.#log.eventAt(position);
      const link = this.#project(event);
      if (link) links.push({ stream: link.stream, event: this.#linkEvent(event, link) });
    }
    if (links.length > 0) await this.#store(links, end);
    this.#processed += end - this.#position;
    this.#position = end;
  }

  async #store(links: readonly { stream: string; event: ProposedEvent }[], end: number): Promise<void> {
    const run = (transaction: WriteTransaction): void => {
      for (const { stream, event } of links) {
        appendEvents(transaction, { stream, expected: 'any', events: [event] });
      }
      noteCheckpoint(transaction, this.#name, end);
    };
    await this.#log.submit({ bytes: links.length * BYTES_OF_A_LINK, run }).outcome;
  }

  #linkEvent({ position, id }: RecordedEvent, { to }: ProjectedLink): ProposedEvent {
    return {
      id: hash('sha256', `${this.#name}@${position}`, 'buffer').subarray(0, 16),
      type: LINK_TYPE,
      contentType: 'application/octet-stream',
      metadata: Buffer.from(JSON.stringify({ $c: position, $p: position, $causedBy: id })),
      data: Buffer.from(to),
    };
  }
}

/** The position up to which a projection has come, as last noted. */
export function checkpointOf(log: EventLog, name: string): number {
  return Number(log.fact(`projection ${name}`) ?? 0);
}

export function noteCheckpoint(transaction: WriteTransaction, name: string, position: number): void {
  transaction.setFact(`projection ${name}`, position.toString());
}
