import { setTimeout as delay } from 'node:timers/promises';
import {
  commandAnswer,
  messagePageView,
  newId,
  pageOf,
  roomSummaryView,
  searchHitView,
} from '@verbatim/shared';
import { createChannel, logIn, signUp, type Person } from '../workspace.ts';

const rooms = 8;
const pageLimit = 50;
/** Access tokens are good for fifteen minutes. */
const newTokenEveryMs = 600_000;

export interface LoadFigures {
  readonly sent: number;
  readonly asked: number;
  readonly failed: readonly string[];
  readonly stale: readonly string[];
  readonly answerMs: readonly number[];
}

interface Said {
  readonly roomId: string;
  readonly id: string;
  readonly word: string;
  readonly position: string;
}

const pages = messagePageView;
const hits = pageOf(searchHitView);
const summaries = pageOf(roomSummaryView);

/** People who write, and others who ask at a steady rate and look whether what was written before is in the answer. */
export class SteadyLoad {
  readonly #stopping = new AbortController();
  readonly #failed: string[] = [];
  readonly #stale: string[] = [];
  readonly #answerMs: number[] = [];
  readonly #running: Promise<unknown>;
  readonly #renewal: NodeJS.Timeout;
  #person: Person;
  readonly #roomIds: readonly string[];
  #last: Said | undefined;
  #sent = 0;
  #asked = 0;

  private constructor(
    person: Person,
    logInAgain: () => Promise<Person>,
    roomIds: readonly string[],
    rates: { sends: number; asks: number },
  ) {
    this.#person = person;
    this.#roomIds = roomIds;
    this.#renewal = setInterval(() => {
      void this.#counted(async () => {
        this.#person = await logInAgain();
      });
    }, newTokenEveryMs);
    this.#running = Promise.all([
      this.#everySecond(rates.sends, () => this.#say()),
      this.#everySecond(rates.asks, () => this.#ask()),
    ]);
  }

  static async start(origin: string, rates: { sends: number; asks: number }): Promise<SteadyLoad> {
    const email = `${newId()}@bench.test`;
    const person = await signUp(origin, email);
    const roomIds: string[] = [];
    while (roomIds.length < rooms) roomIds.push(await createChannel(person, `load ${roomIds.length}`));
    return new SteadyLoad(person, () => logIn(origin, email), roomIds, rates);
  }

  async stop(): Promise<LoadFigures> {
    this.#stopping.abort();
    clearInterval(this.#renewal);
    await this.#running;
    return {
      sent: this.#sent,
      asked: this.#asked,
      failed: this.#failed,
      stale: this.#stale,
      answerMs: this.#answerMs,
    };
  }

  /** Open loop: each leaves when it is due, whether or not earlier ones were answered. */
  async #everySecond(rate: number, work: () => Promise<void>): Promise<void> {
    if (rate === 0) return;
    const { signal } = this.#stopping;
    const startedAt = performance.now();
    const under = new Set<Promise<void>>();
    for (let number = 0; !signal.aborted; number += 1) {
      const dueInMs = startedAt + (number * 1_000) / rate - performance.now();
      if (dueInMs > 0) await delay(dueInMs);
      const one: Promise<void> = this.#counted(work).finally(() => under.delete(one));
      under.add(one);
    }
    await Promise.all(under);
  }

  async #counted(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#failed.push(message.replaceAll(/[\da-f-]{32,}/g, '…'));
    }
  }

  async #say(): Promise<void> {
    const id = newId();
    const word = `w${id.replaceAll('-', '')}`;
    const roomId = this.#roomIds[this.#sent % rooms] ?? '';
    this.#sent += 1;
    const text = `${word} said while everything is built anew`;
    const answer = commandAnswer.parse(
      await this.#person.api.call('POST', `/chat/rooms/${roomId}/messages`, { id, text }),
    );
    const isNewest = this.#last === undefined || BigInt(answer.position) > BigInt(this.#last.position);
    if (isNewest) this.#last = { roomId, id, word, position: answer.position };
  }

  async #ask(): Promise<void> {
    const said = this.#last;
    if (said === undefined) return;
    const number = (this.#asked += 1);
    const question = questions[number % questions.length] ?? questions[0];
    const askedAt = performance.now();
    const answer = await this.#person.api.call('GET', question.path(said), undefined, {
      'x-min-position': said.position,
    });
    this.#answerMs.push(performance.now() - askedAt);
    if (!question.has(answer, said)) this.#stale.push(question.path(said));
  }
}

/** What is asked, and whether an answer has what was acknowledged before. */
const questions = [
  {
    path: ({ roomId }: Said) => `/chat/rooms/${roomId}/messages?limit=${pageLimit}`,
    has: (answer: unknown, { id }: Said) => pages.parse(answer).items.some((message) => message.id === id),
  },
  {
    path: ({ word }: Said) => `/chat/search?q=${word}`,
    has: (answer: unknown, { id }: Said) => hits.parse(answer).items.some(({ message }) => message.id === id),
  },
  {
    path: () => '/chat/rooms',
    has: (answer: unknown, { roomId }: Said) => summaries.parse(answer).items.some(({ id }) => id === roomId),
  },
] as const;
