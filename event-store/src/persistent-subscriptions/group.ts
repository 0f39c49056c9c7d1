import { setImmediate } from 'node:timers';
import { z } from 'zod';
import type { EventLog } from '../log/event-log.ts';
import type { Report } from '../report.ts';
import { accessDenied } from '../security/access.ts';
import { Checkpoint, type Progress } from './checkpoint.ts';
import { ClientConnection, type ClientTransport, type InFlight } from './client-connection.ts';
import { maximumSubscribersReached } from './errors.ts';
import { Measurements } from './measurements.ts';
import { loadMessage, type Message } from './message.ts';
import { ParkedMessages } from './parked-messages.ts';
import { Replay } from './replay.ts';
import type { GroupKey, GroupSettings } from './settings.ts';
import { SourceReader } from './source-reader.ts';
import { sourceOf, type GroupSource } from './source.ts';
import { strategyNamed, type Strategy } from './strategies.ts';
import { WaitingMessages } from './waiting-messages.ts';

const TICK_MS = 250;
/** After so many events that were looked at in one go, others get a turn. */
const EVENTS_PER_TURN = 256;

/** What a client may say of a message that it will not acknowledge. */
export type NackAction = 'retry' | 'park' | 'skip' | 'stop';

interface GroupEnvironment {
  readonly log: EventLog;
  readonly report: Report;
  /** The cursor at which the group began when it was made. */
  readonly firstCursor: number;
}

/**
 * A persistent subscription: hands each event of its source to one of its clients, again and again until one acknowledges
 * it, and remembers how far it has come.
 */
export class Group {
  readonly key: GroupKey;
  readonly settings: GroupSettings;
  readonly source: GroupSource;
  readonly checkpoint: Checkpoint;
  readonly parked: ParkedMessages;
  readonly waiting = new WaitingMessages();
  readonly measurements = new Measurements();
  readonly clients = new Set<ClientConnection>();
  readonly #environment: GroupEnvironment;
  readonly #strategy: Strategy;
  readonly #parking = new Set<Message>();
  readonly #replay: Replay;
  readonly #reader: SourceReader;
  #isPumpDue = false;
  #isStopped = false;
  #stopWaiting: () => void = () => undefined;
  readonly #ticker: NodeJS.Timeout;

  constructor(environment: GroupEnvironment, key: GroupKey, settings: GroupSettings) {
    const { log, report, firstCursor } = environment;
    this.#environment = environment;
    this.key = key;
    this.settings = settings;
    this.source = sourceOf(log, key, settings);
    this.checkpoint = new Checkpoint(log, key, settings, this.source, report);
    this.parked = new ParkedMessages(log, key);
    this.#strategy = strategyNamed(settings.strategy, (message) => correlationOf(log, message));
    this.#replay = new Replay(this.parked);
    const cursor = this.checkpoint.written ?? firstCursor;
    this.#reader = new SourceReader(log, this.source, cursor, settings.resolveLinks);
    this.#ticker = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** Where the group begins without a checkpoint. */
  get firstCursor(): number {
    return this.#environment.firstCursor;
  }

  get isBehind(): boolean {
    return this.#reader.cursor < (this.source.lastCursor() ?? -1);
  }

  connect(transport: ClientTransport): ClientConnection {
    const { maxSubscriberCount } = this.settings;
    if (maxSubscriberCount > 0 && this.clients.size >= maxSubscriberCount)
      throw maximumSubscribersReached(this.key);
    const client = new ClientConnection(transport);
    this.clients.add(client);
    this.#strategy.add(client);
    this.#schedulePump();
    return client;
  }

  /** Takes a client out; what it has not acknowledged goes to others. */
  disconnect(client: ClientConnection): void {
    if (!this.clients.delete(client)) return;
    this.#strategy.remove(client);
    for (const { message } of client.takeAll()) this.#retry(message);
    this.#schedulePump();
  }

  unblock(client: ClientConnection): void {
    client.unblock();
    this.#schedulePump();
  }

  acknowledge(client: ClientConnection, ids: readonly string[]): void {
    for (const inFlight of takeEach(client, ids)) {
      const latencyMs = Date.now() - inFlight.sentAtMs;
      client.measurements.add(latencyMs);
      this.measurements.add(latencyMs);
      this.#finish(inFlight.message);
    }
    this.#afterMessages();
  }

  refuse(client: ClientConnection, ids: readonly string[], action: NackAction, reason: string): void {
    if (action === 'stop') return;
    for (const { message } of takeEach(client, ids)) {
      if (action === 'park') this.#park(message, reason);
      else if (action === 'skip') this.#finish(message);
      else this.#retry(message);
    }
    this.#afterMessages();
  }

  /** Hands out parked messages again. They stay parked until all of them are done. */
  replayParked(stopAt: number | undefined): void {
    for (const message of this.#replay.begin(stopAt)) this.waiting.addRetry(message);
    this.#schedulePump();
  }

  /** Ends the group, dropping its clients. */
  stop(reason: Error): void {
    this.#isStopped = true;
    clearInterval(this.#ticker);
    this.#stopWaiting();
    for (const { transport } of this.clients) transport.drop(reason);
    this.clients.clear();
  }

  /** Writes down how far the group has come, before the server goes. */
  async finish(reason: Error): Promise<void> {
    const progress = this.#progress();
    this.stop(reason);
    await this.checkpoint.finish(progress);
  }

  #schedulePump(): void {
    if (this.#isPumpDue || this.#isStopped) return;
    this.#isPumpDue = true;
    setImmediate(() => {
      this.#isPumpDue = false;
      if (!this.#isStopped) this.#pump();
    });
  }

  #pump(): void {
    this.#dropForbidden();
    let looked = 0;
    for (; this.#offerAll() && looked < EVENTS_PER_TURN; looked++) {
      const next = this.#reader.next();
      if (next === undefined) {
        this.#waitForMore();
        return;
      }
      if (next !== 'no-match') this.waiting.addFresh(next);
    }
    if (looked >= EVENTS_PER_TURN) this.#schedulePump();
  }

  /** True if more messages could be handed out. */
  #offerAll(): boolean {
    this.waiting.offer((message) => (this.#isOut(message.id) ? 'skipped' : this.#strategy.push(message)));
    const slots = [...this.clients].reduce(
      (sum, client) => sum + (client.hasRoom ? client.availableSlots : 0),
      0,
    );
    return slots > 0 && this.waiting.freshCount < Math.max(1, this.settings.historyBufferSize);
  }

  /** Two events may have one id, and clients name messages by id: the second waits for the first. */
  #isOut(id: string): boolean {
    return [...this.clients].some((client) => client.has(id));
  }

  #waitForMore(): void {
    this.#stopWaiting();
    this.#stopWaiting = this.#environment.log.changes.onNext(this.#reader.watches, () =>
      this.#schedulePump(),
    );
  }

  #dropForbidden(): void {
    for (const client of this.clients) {
      if (client.transport.isAllowed()) continue;
      this.disconnect(client);
      client.transport.drop(accessDenied());
    }
  }

  #finish(message: Message): void {
    this.#inBackground('forgetting replayed messages', this.#replay.finish(message));
  }

  #retry(message: Message): void {
    if (message.retryCount >= this.settings.maxRetryCount) this.#park(message, 'Maximum retry count reached');
    else this.waiting.addRetry({ ...message, retryCount: message.retryCount + 1 });
  }

  #park(message: Message, reason: string): void {
    this.#parking.add(message);
    const event = loadMessage(this.#environment.log, message, this.settings.resolveLinks);
    const parking = this.parked.park(event, reason).then(() => {
      this.#parking.delete(message);
      this.#finish(message);
      this.#afterMessages();
    });
    this.#inBackground('parking a message', parking);
  }

  /** What fails in the background leaves its message undone, so that it is handed out again after a restart. */
  #inBackground(what: string, work: Promise<void>): void {
    work.catch((error: unknown) => this.#environment.report(`${what} failed`, error));
  }

  #afterMessages(): void {
    this.checkpoint.afterMessages(this.#progress());
    this.#schedulePump();
  }

  #tick(): void {
    const { messageTimeoutMs } = this.settings;
    if (messageTimeoutMs > 0) {
      for (const client of this.clients) {
        for (const { message } of client.overdue(messageTimeoutMs)) {
          client.take(message.id);
          this.#retry(message);
        }
      }
    }
    this.checkpoint.afterTime(this.#progress());
    if (this.waiting.retryCount > 0) this.#schedulePump();
  }

  #progress(): Progress {
    let lowest: Message | undefined;
    for (const message of this.#unfinished()) {
      if (message.cursorBefore === undefined) continue;
      if (!lowest || message.sequence < lowest.sequence) lowest = message;
    }
    return lowest?.cursorBefore === undefined
      ? { cursor: this.#reader.cursor, done: this.#reader.looked }
      : { cursor: lowest.cursorBefore, done: lowest.sequence - 1 };
  }

  *#unfinished(): Generator<Message> {
    yield* this.waiting;
    yield* this.#parking;
    for (const client of this.clients) for (const { message } of client.inFlight) yield message;
  }
}

function* takeEach(client: ClientConnection, ids: readonly string[]): Generator<InFlight> {
  for (const id of ids) {
    const inFlight = client.take(id);
    if (inFlight) yield inFlight;
  }
}

const correlationSchema = z.object({ $correlationId: z.string() });

/** The correlation that an event's metadata names, or else its stream. */
function correlationOf(log: EventLog, message: Message): string {
  const { event, link } = loadMessage(log, message, true);
  const metadata = (event ?? link)?.metadata.toString('utf8') ?? '';
  try {
    return correlationSchema.parse(JSON.parse(metadata)).$correlationId;
  } catch {
    return message.sourceStream;
  }
}
