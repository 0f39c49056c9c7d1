import { Problem } from '@verbatim/shared';

/** Commands that may wait for their turn on one stream. */
const maxWaiting = 2_000;

/** One command at a time on each stream, in the order in which they came: the process never conflicts with itself. */
export class StreamQueue {
  readonly #lines = new Map<string, { tail: Promise<unknown>; waiting: number }>();

  /** @throws Problem `busy` when too many wait already. */
  async run<Result>(stream: string, work: () => Promise<Result>): Promise<Result> {
    const line = this.#lines.get(stream) ?? { tail: Promise.resolve(), waiting: 0 };
    if (line.waiting >= maxWaiting) throw new Problem('busy');
    this.#lines.set(stream, line);
    line.waiting += 1;
    const turn = line.tail.then(work, work);
    line.tail = turn;
    try {
      return await turn;
    } finally {
      line.waiting -= 1;
      if (line.waiting === 0) this.#lines.delete(stream);
    }
  }
}
