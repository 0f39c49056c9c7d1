import type { z } from 'zod';
import { invalidFields } from '../problems/problem.ts';

/**
 * A part of a request (body, parameters, query) as its schema reads it.
 * @throws Problem `invalid` (422) that names every bad field. A ZodError elsewhere is a bug and answers 500.
 */
export function parseRequest<Schema extends z.ZodType>(schema: Schema, part: unknown): z.output<Schema> {
  const parsed = schema.safeParse(part);
  if (!parsed.success) throw invalidFields(parsed.error);
  return parsed.data;
}
