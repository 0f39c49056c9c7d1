import { BehaviorSubject, Subject, type Observable } from 'rxjs';
import { fullJitterMs } from '../event-store/back-off.ts';
import { newId } from '../ids/uuid-v7.ts';
import { Problem } from '../problems/problem.ts';
import type { ProblemDetails } from '../problems/problem.ts';
import { asSending, inOrder, type OutboxEntry, type OutgoingMessage } from './outbox-entry.ts';
import type { OutboxStorage } from './outbox-storage.ts';

/** What became of one try to send. `unknown`: nobody knows; the same id settles it. */
export type SendOutcome =
  | { readonly status: 'taken'; readonly position: string }
  | { readonly status: 'refused'; readonly problem: ProblemDetails }
  | { readonly status: 'unknown' };

/** What one tab tells the others, so that all show the same outbox and any of them may write into it. */
export type OutboxChange =
  { readonly kind: 'put'; readonly entry: OutboxEntry } | { readonly kind: 'removed'; readonly id: string };

export interface Outbox {
  /** In the order in which they were written. */
  readonly entries: BehaviorSubject<readonly OutboxEntry[]>;
  /** What happened here, for the other tabs. */
  readonly changes: Observable<OutboxChange>;
  /** What happened in another tab. */
  apply(change: OutboxChange): void;
  add(message: OutgoingMessage): OutboxEntry;
  retry(id: string): void;
  discard(id: string): void;
  /** The message has come back as a frame. */
  settle(id: string): void;
  /** Sends what is there and what comes, one at a time in each room, until stopped. Only one tab may do so. */
  startSending(transmit: (entry: OutboxEntry) => Promise<SendOutcome>): () => void;
}

const maxEntries = 500;
const sendBackOff = { baseMs: 500, capMs: 30_000 };
/** Answers that promise better luck later are tried so often; then it is the person's to decide. */
const maxAnsweredTries = 10;
/** An entry that was taken is shown until its frame comes, but no longer than this. */
const sentShownMs = 60_000;

export function createOutbox(storage: OutboxStorage): Outbox {
  const byId = new Map(storage.load().map((entry) => [entry.id, entry]));
  const entries = new BehaviorSubject<readonly OutboxEntry[]>(inOrder(byId.values()));
  const changes = new Subject<OutboxChange>();
  let lastOrder = 0;
  let pump = (): void => undefined;

  const apply = (change: OutboxChange): void => {
    if (change.kind === 'put') byId.set(change.entry.id, change.entry);
    else byId.delete(change.id);
    entries.next(inOrder(byId.values()));
    pump();
  };
  const put = (entry: OutboxEntry): void => {
    if (entry.status === 'sent') storage.remove(entry.id);
    else storage.save(entry);
    apply({ kind: 'put', entry });
    changes.next({ kind: 'put', entry });
  };
  const remove = (id: string): void => {
    if (!byId.has(id)) return;
    storage.remove(id);
    apply({ kind: 'removed', id });
    changes.next({ kind: 'removed', id });
  };

  return {
    entries,
    changes,
    apply,
    add: (message) => {
      const nowMs = Date.now();
      lastOrder = Math.max(lastOrder + 1, nowMs * 1_000);
      const entry = asSending({
        ...message,
        status: 'sending',
        id: newId(nowMs),
        queuedAtMs: nowMs,
        order: lastOrder,
      });
      if (byId.size < maxEntries) put(entry);
      else put({ ...entry, status: 'failed', problem: outboxFull() });
      return byId.get(entry.id) ?? entry;
    },
    retry: (id) => {
      const entry = byId.get(id);
      if (entry?.status === 'failed') put(asSending(entry));
    },
    discard: (id) => {
      if (byId.get(id)?.status === 'failed') remove(id);
    },
    settle: remove,
    startSending: (transmit) => {
      const sender = createSender(byId, put, remove, transmit);
      pump = sender.pump;
      pump();
      return () => {
        pump = () => undefined;
        sender.stop();
      };
    },
  };
}

const outboxFull = (): ProblemDetails =>
  new Problem('rate-limited', {
    detail: `${maxEntries} messages are waiting to be sent already.`,
  }).toDetails();

interface Tries {
  readonly tries: number;
  /** Those that were refused; the others had no answer. */
  readonly answered: number;
}

/** The one tab's part that sends: the first waiting entry of each room, then the next. */
function createSender(
  byId: ReadonlyMap<string, OutboxEntry>,
  put: (entry: OutboxEntry) => void,
  remove: (id: string) => void,
  transmit: (entry: OutboxEntry) => Promise<SendOutcome>,
): { readonly pump: () => void; readonly stop: () => void } {
  const busyRooms = new Set<string>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let isStopped = false;
  const later = (delayMs: number, action: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, delayMs);
    timers.add(timer);
  };

  const settleTry = (entry: OutboxEntry, outcome: SendOutcome, { tries, answered }: Tries): void => {
    if (isStopped) return;
    if (outcome.status === 'taken') {
      if (byId.has(entry.id)) put({ ...entry, status: 'sent', position: outcome.position });
      later(sentShownMs, () => remove(entry.id));
    } else if (
      outcome.status === 'refused' &&
      !(isWorthRetrying(outcome.problem) && answered < maxAnsweredTries)
    ) {
      if (byId.has(entry.id)) put({ ...entry, status: 'failed', problem: outcome.problem });
    } else {
      const askedMs = outcome.status === 'refused' ? (outcome.problem.retryAfterSeconds ?? 0) * 1_000 : 0;
      later(askedMs + fullJitterMs(tries, sendBackOff), () => send(entry, { tries: tries + 1, answered }));
      return;
    }
    busyRooms.delete(entry.roomId);
    pump();
  };
  const send = (entry: OutboxEntry, { tries, answered }: Tries): void => {
    if (byId.get(entry.id)?.status !== 'sending') {
      // Its frame came back before its answer.
      busyRooms.delete(entry.roomId);
      pump();
      return;
    }
    transmit(entry).then(
      (outcome) =>
        settleTry(entry, outcome, { tries, answered: answered + (outcome.status === 'refused' ? 1 : 0) }),
      () => settleTry(entry, { status: 'unknown' }, { tries, answered }),
    );
  };
  const pump = (): void => {
    for (const entry of inOrder(byId.values())) {
      if (isStopped || entry.status !== 'sending' || busyRooms.has(entry.roomId)) continue;
      busyRooms.add(entry.roomId);
      send(entry, { tries: 0, answered: 0 });
    }
  };
  return {
    pump,
    stop: () => {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** A token is renewed and a busy system recovers; anything else would be refused again. */
export const isWorthRetrying = ({ status }: ProblemDetails): boolean =>
  status === 401 || status === 429 || status >= 500;
