import {
  encodeEvent,
  eventId,
  fullJitterMs,
  GoneKeyError,
  keysToSeal,
  Problem,
  type AppendResult,
  type DomainEvent,
  type EventStore,
  type ExpectedRevision,
  type Keyring,
  type KeyScope,
  type NewEvent,
  type Sealer,
} from '@verbatim/shared';
import { setTimeout as delay } from 'node:timers/promises';
import type { StreamQueue } from '../streams/stream-queue.ts';
import type { Freshness, StreamStates } from '../streams/stream-states.ts';
import { TrackedStream } from '../streams/tracked-stream.ts';
import type { CommandContext } from './command-context.ts';
import type { Decision, Rejection } from './decision.ts';

/** What a command is about, and how it is decided. */
export interface Task<State, Event extends DomainEvent, World> {
  readonly streams: StreamStates<State, Event>;
  readonly stream: string;
  /** Everything else that the decision needs to know. */
  readonly world: (freshness: Freshness) => Promise<World>;
  readonly decide: (state: State, world: World) => Decision<Event> | Promise<Decision<Event>>;
  /** For the metadata of events of or about a room. */
  readonly roomId?: string | undefined;
  /** Keys that come to be with this command; all others must be there. */
  readonly newKeys?: readonly KeyScope[];
  /** The stream has almost certainly no events yet, so it is read only when that proves wrong; nor is it kept. */
  readonly isNew?: boolean;
  /** Appends whatever others added meanwhile. */
  readonly atAnyRevision?: boolean;
}

/** `revision` and `position` are of the last event of the command, or of its stream when it added nothing. */
export interface Outcome<Event> {
  readonly revision: bigint;
  readonly position: bigint;
  /** What was added just now; nothing when it was already so or the command is a repeated one. */
  readonly events: readonly Event[];
}

const appendTimeoutMs = 2_500;
/** How long an append of unknown outcome is tried again to learn what became of it. */
const settleWithinMs = 2_000;
/** How long a command is decided again because others changed its stream meanwhile. */
const conflictsWithinMs = 2_000;
const retryBackOff = { baseMs: 10, capMs: 200 };

export interface CommandRunnerOptions {
  readonly eventStore: Pick<EventStore, 'append'>;
  readonly keyring: Keyring;
  readonly sealer: Sealer;
  readonly queue: StreamQueue;
}

/** The one imperative part: load, decide, append at the revision decided on; again where others were faster. */
export class CommandRunner {
  readonly #options: CommandRunnerOptions;

  constructor(options: CommandRunnerOptions) {
    this.#options = options;
  }

  /** @throws Problem with the rejection's code, or why it cannot be done or known now. */
  run<State, Event extends DomainEvent, World>(
    context: CommandContext,
    task: Task<State, Event, World>,
  ): Promise<Outcome<Event>> {
    return this.#options.queue.run(task.stream, () => this.#run(context, task));
  }

  async #run<State, Event extends DomainEvent, World>(
    context: CommandContext,
    task: Task<State, Event, World>,
  ): Promise<Outcome<Event>> {
    const giveUpAt = performance.now() + conflictsWithinMs;
    let freshness: Freshness = 'recent';
    for (let conflicts = 0; ;) {
      const isUnread = task.isNew === true && freshness === 'recent';
      const [tracked, world] = await Promise.all([
        isUnread ? new TrackedStream(task.streams.kind) : task.streams.get(task.stream, freshness),
        task.world(freshness),
      ]);
      const repeated = repetition(context, tracked);
      if (repeated !== undefined) return repeated;
      // The subscription may move the tracked stream on at any await: what is appended at is what was decided on.
      const { revision, position } = tracked;
      const decision = await decideWithin(context, task, tracked, world);
      const hasEvents = decision.accepted && decision.events.length > 0;
      // What may rest on an old state is decided again on the newest, unless the append will check it.
      if (!hasEvents && freshness === 'recent') {
        freshness = 'now';
        continue;
      }
      if (!decision.accepted) throw problemOf(decision.rejection);
      if (!hasEvents) return { revision, position, events: [] };
      const outcome = await this.#append(context, task, revision, decision.events);
      if (outcome !== undefined) return outcome;
      if (performance.now() > giveUpAt) throw new Problem('busy');
      freshness = 'now';
      if (!isUnread) await delay(fullJitterMs(conflicts++, retryBackOff));
    }
  }

  /** Undefined when others have changed the stream since `decidedOn`. */
  async #append<State, Event extends DomainEvent, World>(
    context: CommandContext,
    task: Task<State, Event, World>,
    decidedOn: bigint,
    events: readonly Event[],
  ): Promise<Outcome<Event> | undefined> {
    const encoded = await this.seal(context, events, task);
    const exact = decidedOn < 0n ? 'no-stream' : decidedOn;
    const expectedRevision = task.atAnyRevision === true ? 'any' : exact;
    const result = await this.appendSettled(context, task.stream, encoded, expectedRevision);
    if (result.status === 'wrong-revision') return undefined;
    const { revision, position } = result;
    if (task.isNew !== true) {
      const firstRevision = revision - BigInt(encoded.length - 1);
      task.streams.applyOwn(
        task.stream,
        encoded.map((event, index) => ({
          ...event,
          stream: task.stream,
          revision: firstRevision + BigInt(index),
          position,
          created: new Date(context.at),
        })),
      );
    }
    return { revision, position, events };
  }

  /** Events as they go to the store, under keys that are durable before this resolves. */
  async seal(
    context: CommandContext,
    events: readonly DomainEvent[],
    {
      roomId,
      newKeys = [],
    }: { readonly roomId?: string | undefined; readonly newKeys?: readonly KeyScope[] },
  ): Promise<NewEvent[]> {
    const { keyring, sealer } = this.#options;
    const { organizationId, actorId, command, commandId, fingerprint } = context;
    const metadata = {
      organizationId,
      actorId,
      ...(roomId !== undefined && { roomId }),
      commandId,
      correlationId: context.correlationId,
      causationId: context.causationId,
      occurredAt: context.at,
      ...(fingerprint !== undefined && { fingerprint }),
      sessionId: context.sessionId,
      ...(context.from !== undefined && { context: context.from }),
    };
    const keys = new Set(events.flatMap((event) => keysToSeal(event, metadata)));
    const made = newKeys.filter((scope) => keys.has(scope));
    if (made.length > 0) await keyring.prepare(organizationId, made, { create: true });
    await keyring.prepare(organizationId, [...keys]);
    // The same key with another body must not look like the same append, so the body's hash is part of the id.
    const identity = {
      organizationId,
      actorId,
      command,
      commandId: fingerprint === undefined ? commandId : `${commandId}:${fingerprint}`,
    };
    try {
      return events.map((event, index) => encodeEvent(event, eventId(identity, index), metadata, sealer));
    } catch (error) {
      // Erased people and days past retention get no new words.
      if (error instanceof GoneKeyError) throw new Problem('expired', { cause: error });
      throw error;
    }
  }

  /**
   * Appends until it is known what became of it.
   * @throws Problem `outcome-unknown` when that stays unknown; asking again is safe, the events keep their ids.
   */
  async appendSettled(
    context: CommandContext,
    stream: string,
    events: readonly NewEvent[],
    expectedRevision: ExpectedRevision,
  ): Promise<Exclude<AppendResult, { status: 'unknown' }>> {
    const { eventStore } = this.#options;
    let result = await eventStore.append(stream, events, { expectedRevision, timeoutMs: appendTimeoutMs });
    const giveUpAt = performance.now() + settleWithinMs;
    for (let attempt = 0; result.status === 'unknown'; attempt++) {
      const leftMs = giveUpAt - performance.now();
      if (leftMs <= 0) {
        context.logger.warn({ err: result.cause, stream }, 'the outcome of an append is not known');
        throw new Problem('outcome-unknown', { cause: result.cause });
      }
      await delay(Math.min(leftMs, 50 + fullJitterMs(attempt, retryBackOff)));
      result = await eventStore.append(stream, events, {
        expectedRevision,
        timeoutMs: Math.max(leftMs, 100),
      });
    }
    return result;
  }
}

/** A stream of another organization is as if it were not there; only its name is taken. */
async function decideWithin<State, Event extends DomainEvent, World>(
  { organizationId }: CommandContext,
  { streams, decide }: Task<State, Event, World>,
  tracked: TrackedStream<State, Event>,
  world: World,
): Promise<Decision<Event>> {
  const isForeign = tracked.organizationId !== undefined && tracked.organizationId !== organizationId;
  const decision = await decide(isForeign ? streams.kind.initial : tracked.state, world);
  if (isForeign && decision.accepted) return { accepted: false, rejection: { code: 'id-taken' } };
  return decision;
}

function repetition<State, Event extends DomainEvent>(
  { actorId, commandId, fingerprint }: CommandContext,
  tracked: TrackedStream<State, Event>,
): Outcome<Event> | undefined {
  if (fingerprint === undefined) return undefined;
  const receipt = tracked.receiptOf(actorId, commandId, fingerprint);
  if (receipt === undefined) return undefined;
  if (receipt.fingerprint !== fingerprint) throw new Problem('idempotency-key-reused');
  return { revision: receipt.revision, position: receipt.position, events: [] };
}

export function problemOf({ code, errors, holdId }: Rejection): Problem {
  return new Problem(code, {
    ...(errors !== undefined && { errors }),
    ...(holdId !== undefined && { detail: `The legal hold ${holdId} covers it.` }),
  });
}
