import type { ImportResult } from '@verbatim/shared';

const maxLinesNamed = 1_000;

/** What became of each line of a file. */
export class ImportReport {
  readonly #file: string;
  readonly #complaints: string[] = [];
  #refused = 0;
  #linesRead = 0;
  #imported = 0;
  #already = 0;

  constructor(file: string) {
    this.#file = file;
  }

  get allTaken(): boolean {
    return this.#refused === 0;
  }

  lineRead(): void {
    this.#linesRead += 1;
  }

  add(line: number, result: ImportResult): void {
    if (result.status === 'imported') this.#imported += 1;
    else if (result.status === 'already') this.#already += 1;
    else this.refused(line, result.problem?.detail ?? 'was refused');
  }

  refused(line: number, why: string): void {
    this.#refused += 1;
    if (this.#complaints.length < maxLinesNamed) this.#complaints.push(`${this.#file}:${line}: ${why}`);
  }

  text(dryRun: boolean): string {
    const unnamed = this.#refused - this.#complaints.length;
    const rest = unnamed > 0 ? [`… and ${unnamed} more.`] : [];
    const summary = dryRun
      ? `${this.#linesRead} lines can be read, ${this.#refused} cannot. Nothing was sent.`
      : `${this.#imported} imported, ${this.#already} were in already, ${this.#refused} refused.`;
    return [...this.#complaints, ...rest, summary, ''].join('\n');
  }
}
