const barWidth = 24;
const redrawEveryMs = 100;
const lineEveryMs = 5_000;

export interface ProgressBarOptions {
  /** What is counted, such as `lines`. */
  readonly unit: string;
  readonly total: number;
  /** Where to draw; a bar on a terminal, now and then a line elsewhere. */
  readonly output?: NodeJS.WriteStream;
}

/** Shows how much is done, how fast, and how long it may still take. */
export class ProgressBar {
  readonly #options: ProgressBarOptions;
  readonly #output: NodeJS.WriteStream;
  readonly #startedAt = performance.now();
  /** Before the first drawing there is a pace to tell. */
  #shownAt = this.#startedAt;
  #done = 0;

  constructor(options: ProgressBarOptions) {
    this.#options = options;
    this.#output = options.output ?? process.stderr;
  }

  advance(count: number): void {
    this.#done += count;
    const now = performance.now();
    if (now - this.#shownAt < (this.#output.isTTY ? redrawEveryMs : lineEveryMs)) return;
    this.#shownAt = now;
    this.#output.write(this.#output.isTTY ? `\r\u001b[K${this.#text()}` : `${this.#text()}\n`);
  }

  /** Draws the last state and leaves the line. */
  finish(): void {
    this.#output.write(this.#output.isTTY ? `\r\u001b[K${this.#text()}\n` : `${this.#text()}\n`);
  }

  #text(): string {
    const { total, unit } = this.#options;
    const seconds = (performance.now() - this.#startedAt) / 1_000;
    const perSecond = seconds > 0 ? this.#done / seconds : 0;
    const share = total > 0 ? Math.min(1, this.#done / total) : 1;
    const bar = '█'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '░');
    const left = perSecond > 0 ? (total - this.#done) / perSecond : 0;
    const counts = `${grouped(this.#done)} of ${grouped(total)} ${unit}`;
    return `${bar} ${Math.floor(share * 100)} %  ${counts}  ${grouped(Math.round(perSecond))}/s  ${duration(left)} left`;
  }
}

const grouped = (count: number): string => count.toLocaleString('en-US');

/** Seconds as people say them: `42 s`, `3 min 5 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
