/**
 * For every run of backticks that begins a code span, where the run that ends it begins. Runs are met in order
 * and each waits for the next of its length, so one pass over the runs from the right finds all.
 */
export function codeSpanEnds(text: string): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  const nextOfLength = new Map<number, number>();
  const runs = [...text.matchAll(/`+/g)];
  for (const run of runs.reverse()) {
    const next = nextOfLength.get(run[0].length);
    if (next !== undefined) ends.set(run.index, next);
    nextOfLength.set(run[0].length, run.index);
  }
  return ends;
}
