import { z } from 'zod';

/** Length as people count it: code points, not UTF-16 units. */
export function codePointLength(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * Text kept exactly as sent. Refused are only NUL and lone surrogates, which Postgres cannot hold, and a
 * length in code points outside `min…max`.
 */
export function textSchema(options: { readonly min?: number; readonly max: number }) {
  const { min = 0, max } = options;
  return z.string().superRefine((text, context) => {
    const complain = (message: string) => context.addIssue({ code: 'custom', message });
    if (text.length > max * 2 || codePointLength(text) > max) complain(`must have at most ${max} characters`);
    if (text.length < min) complain(min === 1 ? 'must not be empty' : `must have at least ${min} characters`);
    if (text.includes('\0')) complain('must not contain NUL');
    if (!text.isWellFormed()) complain('must not contain lone surrogates');
  });
}

/** A name people read: as text, but not only white space. */
export const nameSchema = (max: number) =>
  textSchema({ min: 1, max }).refine((name) => name.trim() !== '', { message: 'must not be blank' });
