import { parseArgs } from 'node:util';
import { importAnswer, limits, type ImportItem } from '@verbatim/shared';
import { z } from 'zod';
import { ApiClient } from '../api/api-client.ts';
import { connectionFlags, connectionHelp, findCredentials } from '../api/credentials.ts';
import { UsageError, type Command } from '../command.ts';
import { ProgressBar } from '../terminal/progress-bar.ts';
import { ImportReport } from './import-report.ts';
import { readLines } from './read-lines.ts';
import { LineReader } from './source-line.ts';

const exitNotAllTaken = 2;

const help = `Bring conversations in from elsewhere.

  npm run import -- --format jsonl FILE [--dry-run]

FILE is JSON lines, or the same packed with gzip (.gz). Its rooms become public channels of the same name; its
authors become people of your organization who cannot log in until they are invited. Run as an owner.

An import that was interrupted goes on when it is started again with the same file: what is in already is
recognized, and nothing is doubled.

  --format jsonl    the format of FILE
  --dry-run         only check FILE; nothing is sent
${connectionHelp}
Exit code 0 when every line was taken, 2 when some were not (each is named), 1 when the import could not go on.
`;

/** An item on its way, with the line it came from. */
interface Pending {
  readonly line: number;
  readonly item: ImportItem;
}

export const importCommand: Command = {
  name: 'import',
  summary: 'bring conversations in (JSON lines)',
  help,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...connectionFlags,
        format: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
      },
    });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw new UsageError('Name one FILE to import.');
    if (values.format !== 'jsonl') throw new UsageError('--format must be: jsonl');
    const total = await countLines(file);
    if (values['dry-run']) return finish(await send(file, total, undefined), true);
    const client = new ApiClient(values.origin, await findCredentials(values));
    await client.login();
    return finish(await send(file, total, client), false);
  },
};

async function countLines(file: string): Promise<number> {
  let count = 0;
  for await (const _ of readLines(file)) count += 1;
  return count;
}

/** One request after the other, in the order of the file, so that a cut leaves a prefix of it. */
async function send(file: string, total: number, client: ApiClient | undefined): Promise<ImportReport> {
  const report = new ImportReport(file);
  const reader = new LineReader();
  const bar = new ProgressBar({ unit: 'lines', total });
  let pending: Pending[] = [];
  let linesRead = 0;
  const flush = async (): Promise<void> => {
    if (client !== undefined) await deliver(client, pending, report);
    bar.advance(linesRead);
    pending = [];
    linesRead = 0;
  };
  for await (const { number, text } of readLines(file)) {
    linesRead += 1;
    for (const item of read(reader, number, text, report)) {
      pending.push({ line: number, item });
      if (pending.length === limits.importItems) await flush();
    }
  }
  await flush();
  bar.finish();
  return report;
}

function read(reader: LineReader, line: number, text: string, report: ImportReport): ImportItem[] {
  try {
    const items = reader.read(text);
    report.lineRead();
    return items;
  } catch (error) {
    if (error instanceof SyntaxError) report.refused(line, 'is not JSON');
    else if (error instanceof z.ZodError) report.refused(line, z.prettifyError(error).replaceAll('\n', ' '));
    else throw error;
    return [];
  }
}

async function deliver(client: ApiClient, pending: readonly Pending[], report: ImportReport): Promise<void> {
  if (pending.length === 0) return;
  const items = pending.map(({ item }) => item);
  const { results } = await client.post('/chat/import', { items }, importAnswer);
  for (const [index, { line }] of pending.entries()) {
    const result = results[index];
    if (result === undefined) throw new Error('the instance answered fewer results than items were sent');
    report.add(line, result);
  }
}

function finish(report: ImportReport, dryRun: boolean): number {
  process.stderr.write(report.text(dryRun));
  return report.allTaken ? 0 : exitNotAllTaken;
}
