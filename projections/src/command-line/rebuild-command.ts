import { parseArgs } from 'node:util';
import type { ReadModel } from '../group/read-model.ts';
import { readModels } from '../projections.ts';
import { RebuildFault } from '../rebuild/build.ts';
import { maxDifferences, type Difference } from '../rebuild/compare.ts';
import { emptyInPlace, rebuild, verify } from '../rebuild/rebuild.ts';
import { openInstance } from './instance.ts';
import { Progress } from './progress.ts';

export const rebuildHelp = `Usage: npm run rebuild-projections -- [name…] [--verify] [--in-place] [--batch N]

Builds read models (${readModels.map(({ name }) => name).join(', ')}; all unless named) anew beside the live ones, from
the first event, and switches over while the system serves. Safe to stop at any moment and to run again.
  --verify    builds, compares row by row with the live tables and tells the differences; changes nothing
  --in-place  empties the live tables, and the running projectors fill them again: needs no second copy
  --batch N   events written together, 1 to 50000 (2000)
  --help
`;

/** Larger ones take more memory and are hardly faster. */
const defaultBatchEvents = 2_000;
const maxBatchEvents = 50_000;

/** @returns the exit code. */
export async function rebuildCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      verify: { type: 'boolean', default: false },
      'in-place': { type: 'boolean', default: false },
      batch: { type: 'string', default: String(defaultBatchEvents) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(rebuildHelp);
    return 0;
  }
  if (values.verify && values['in-place']) throw new RebuildFault('Choose --verify or --in-place.');
  const progress = new Progress(process.stderr);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const instance = await openInstance(process.env);
  const options = {
    ...instance,
    models: modelsNamed(positionals),
    batchEvents: batchOf(values.batch),
    report: progress,
    signal: stopping.signal,
  };
  try {
    if (values.verify) return tellDifferences(progress, await verify(options));
    if (values['in-place']) await emptyInPlace(options);
    else await rebuild(options);
    progress.finish(
      values['in-place'] ? 'Emptied; the projectors fill the tables again.' : 'Rebuilt and switched over.',
    );
    return 0;
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    progress.finish('Stopped. What was built is kept; run it again to go on.');
    return 130;
  } finally {
    await instance.close();
  }
}

function modelsNamed(names: readonly string[]): readonly ReadModel[] {
  const unknown = names.find((name) => !readModels.some((model) => model.name === name));
  if (unknown !== undefined) throw new RebuildFault(`There is no read model ${unknown}.`);
  return names.length === 0 ? readModels : readModels.filter(({ name }) => names.includes(name));
}

function batchOf(text: string): number {
  const batch = Number(text);
  if (Number.isInteger(batch) && batch >= 1 && batch <= maxBatchEvents) return batch;
  throw new RebuildFault(`--batch takes a whole number from 1 to ${maxBatchEvents}.`);
}

function tellDifferences(
  progress: Progress,
  differences: ReadonlyMap<string, readonly Difference[]>,
): number {
  let count = 0;
  for (const [model, found] of differences) {
    progress.finish(`${model}: ${summaryOf(found.length)}`);
    count += found.length;
    for (const { table, key, kind, columns } of found)
      process.stdout.write(
        `${model}.${table} ${key}: ${kind}${columns.length > 0 ? ` in ${columns.join(', ')}` : ''}\n`,
      );
  }
  return count === 0 ? 0 : 1;
}

function summaryOf(differences: number): string {
  if (differences === 0) return 'the same, row by row';
  return differences < maxDifferences ? `${differences} differences` : `at least ${differences} differences`;
}
