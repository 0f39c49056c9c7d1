import type { RebuildReport } from '../rebuild/rebuild.ts';

const barWidth = 24;
const redrawEveryMs = 100;
const lineEveryMs = 5_000;

/** A bar on a terminal, now and then a line elsewhere: how far in the log, how fast, how long it may still take. */
export class Progress implements RebuildReport {
  readonly #output: NodeJS.WriteStream;
  #startedAt = performance.now();
  #shownAt = -Infinity;
  #events = 0;
  #from: bigint | undefined;
  #isDrawn = false;

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
  }

  step(what: string): void {
    this.#endLine();
    this.#output.write(`${what}\n`);
    this.#startedAt = performance.now();
    this.#events = 0;
    this.#from = undefined;
  }

  advance(events: number, position: bigint, of: bigint): void {
    this.#events += events;
    this.#from ??= position;
    const now = performance.now();
    if (now - this.#shownAt < (this.#output.isTTY ? redrawEveryMs : lineEveryMs)) return;
    this.#shownAt = now;
    const text = this.#text(position, of);
    this.#output.write(this.#output.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
    this.#isDrawn = this.#output.isTTY;
  }

  finish(what: string): void {
    this.#endLine();
    this.#output.write(`${what}\n`);
  }

  #endLine(): void {
    if (this.#isDrawn) this.#output.write('\r\u001b[K');
    this.#isDrawn = false;
  }

  #text(position: bigint, of: bigint): string {
    const seconds = (performance.now() - this.#startedAt) / 1_000;
    const share = of === 0n ? 1 : Math.min(1, Number(position) / Number(of));
    const done = Number(position - (this.#from ?? position));
    const left = done > 0 ? `  ${duration((Number(of - position) / done) * seconds)} left` : '';
    const bar = '█'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '░');
    const rate = Math.round(this.#events / Math.max(seconds, 0.001)).toLocaleString('en-US');
    return `${bar} ${Math.floor(share * 100)} %  ${rate} events/s${left}`;
  }
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
