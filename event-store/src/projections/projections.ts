import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import { StatusError } from '../grpc/status-error.ts';
import type { EventLog } from '../log/event-log.ts';
import { note, noteOf } from '../streams/own-streams.ts';
import type { Report } from '../report.ts';
import { checkpointOf, noteCheckpoint, ProjectionRunner } from './projection-runner.ts';
import { SYSTEM_PROJECTIONS, type Project } from './system-projections.ts';

const BYTES_OF_A_RESET = 64;

const stateSchema = z.object({ enabled: z.boolean(), epoch: z.number().int() });

export type ProjectionStatus = 'Running' | 'Stopped' | 'Aborted';

/** A projection and how it does. */
export interface ProjectionState {
  readonly name: string;
  readonly status: ProjectionStatus;
  /** How often it was reset. */
  readonly epoch: number;
  readonly position: number;
  readonly processed: number;
  readonly progressPercent: number;
}

interface Entry {
  readonly name: string;
  readonly project: Project | undefined;
  status: ProjectionStatus;
  epoch: number;
  runner: ProjectionRunner | undefined;
}

/** The system projections: which of them run, and how far they have come. */
export class Projections {
  readonly #log: EventLog;
  readonly #report: Report;
  readonly #entries: readonly Entry[];
  #changing: Promise<unknown> = Promise.resolve();

  constructor(log: EventLog, report: Report) {
    this.#log = log;
    this.#report = report;
    this.#entries = SYSTEM_PROJECTIONS.map((projection) => {
      const { enabled, epoch } = loadState(log, projection.name);
      return { ...projection, status: enabled ? 'Running' : 'Stopped', epoch, runner: undefined };
    });
    this.#startEnabled();
  }

  list(): ProjectionState[] {
    return this.#entries.map((entry) => this.#stateOf(entry));
  }

  find(name: string): ProjectionState {
    return this.#stateOf(this.#entry(name));
  }

  async enable(name: string): Promise<void> {
    const entry = this.#entry(name);
    const { project } = entry;
    if (!project) {
      throw new StatusError(status.UNIMPLEMENTED, `This server does not run the projection ${name}`);
    }
    await this.#inTurn(async () => {
      entry.status = 'Running';
      entry.runner ??= new ProjectionRunner(name, project, this.#log, this.#report);
      await this.#storeState(entry);
    });
  }

  async disable(name: string, writesCheckpoint: boolean): Promise<void> {
    const entry = this.#entry(name);
    await this.#inTurn(async () => {
      await this.#halt(entry);
      entry.status = writesCheckpoint ? 'Stopped' : 'Aborted';
      await this.#storeState(entry);
    });
  }

  /** Looks at all events again. Links that are there stay; those that are missing are made. */
  async reset(name: string): Promise<void> {
    const entry = this.#entry(name);
    await this.#inTurn(async () => {
      await this.#halt(entry);
      await this.#log.submit({
        bytes: BYTES_OF_A_RESET,
        run: (transaction) => noteCheckpoint(transaction, name, 0),
      }).outcome;
      entry.epoch++;
      await this.#storeState(entry);
      this.#startEnabled();
    });
  }

  async restart(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#haltAll();
      this.#startEnabled();
    });
  }

  async stop(): Promise<void> {
    await this.#inTurn(() => this.#haltAll());
  }

  #entry(name: string): Entry {
    const entry = this.#entries.find((known) => known.name === name);
    if (!entry) throw new StatusError(status.NOT_FOUND, `Projection '${name}' not found`);
    return entry;
  }

  #startEnabled(): void {
    for (const entry of this.#entries) {
      if (entry.status !== 'Running' || !entry.project) continue;
      entry.runner ??= new ProjectionRunner(entry.name, entry.project, this.#log, this.#report);
    }
  }

  async #haltAll(): Promise<void> {
    await Promise.all(this.#entries.map((entry) => this.#halt(entry)));
  }

  async #halt(entry: Entry): Promise<void> {
    await entry.runner?.stop();
    entry.runner = undefined;
  }

  #stateOf({ name, status, epoch, runner }: Entry): ProjectionState {
    const position = runner?.position ?? checkpointOf(this.#log, name);
    const head = Math.max(1, this.#log.headPosition);
    return {
      name,
      status,
      epoch,
      position,
      processed: runner?.processed ?? 0,
      progressPercent: (100 * position) / head,
    };
  }

  async #storeState({ name, status, epoch }: Entry): Promise<void> {
    const state = { enabled: status === 'Running', epoch };
    await note(this.#log, stateStreamOf(name), noteOf('$ProjectionUpdated', state));
  }

  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const turn = this.#changing.then(change);
    this.#changing = turn.catch(() => undefined);
    return turn;
  }
}

function stateStreamOf(name: string): string {
  return `$projections-${name}`;
}

function loadState(log: EventLog, name: string): z.infer<typeof stateSchema> {
  const stream = stateStreamOf(name);
  const state = log.stateOf(stream);
  if (!state) return { enabled: false, epoch: 0 };
  const { data } = log.eventOf(stream, state, state.lastRevision);
  return stateSchema.parse(JSON.parse(data.toString('utf8')));
}
