import {
  importItemSchema,
  invalidFields,
  Problem,
  type ImportItem,
  type ImportResult,
  type ProblemCode,
} from '@verbatim/shared';

/** An item as it was sent, checked by itself: a bad one is told in its own result. */
export type CheckedItem =
  | { readonly status: 'good'; readonly item: ImportItem }
  | { readonly status: 'bad'; readonly result: ImportResult };

export function checkItem(raw: unknown): CheckedItem {
  const parsed = importItemSchema.safeParse(raw);
  if (parsed.success) return { status: 'good', item: parsed.data };
  return { status: 'bad', result: refused(sourceIdOf(raw), invalidFields(parsed.error)) };
}

export function refused(sourceId: string, problem: Problem): ImportResult {
  const fields = problem.errors?.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return {
    sourceId,
    status: 'refused',
    problem: { code: problem.code, detail: fields ?? problem.detail ?? problem.title },
  };
}

export const refusedBecause = (sourceId: string, code: ProblemCode): ImportResult =>
  refused(sourceId, new Problem(code));

const maxEchoedCharacters = 256;

function sourceIdOf(raw: unknown): string {
  const hasId = typeof raw === 'object' && raw !== null && 'sourceId' in raw;
  if (!hasId || typeof raw.sourceId !== 'string') return '';
  return raw.sourceId.slice(0, maxEchoedCharacters).toWellFormed();
}
