import {
  invalidFields,
  Problem,
  type Caller,
  type FieldError,
  type RouteDescription,
} from '@verbatim/shared';
import { z } from 'zod';
import type { ReadModelName, ReadSources } from '../sources/read-sources.ts';
import type { AccessRow } from './access.ts';

export interface Question<Parameters, Query> {
  /** Whoever asks, as the server knows them now. */
  readonly caller: Caller;
  readonly parameters: Parameters;
  readonly query: Query;
  readonly sources: ReadSources;
}

/** An entry of the table of queries, ready to be mounted. */
export interface QueryRoute extends RouteDescription {
  readonly method: 'get';
  readonly access: AccessRow;
  /** What an `X-Min-Position` waits for. */
  readonly reads: readonly ReadModelName[];
  /**
   * Checks the fields, then asks.
   * @throws Problem `invalid` or `malformed` that names every bad field.
   */
  readonly prepare: (raw: RawFields) => (caller: Caller, sources: ReadSources) => Promise<unknown>;
}

export interface RawFields {
  readonly parameters: unknown;
  readonly query: unknown;
}

interface Definition<
  Parameters extends z.ZodObject,
  Query extends z.ZodObject,
  Answer extends z.ZodType,
> extends RouteDescription {
  readonly access: AccessRow;
  readonly reads: readonly ReadModelName[];
  readonly parameters: Parameters;
  readonly query: Query;
  readonly answer: Answer;
  readonly ask: (question: Question<z.output<Parameters>, z.output<Query>>) => Promise<z.input<Answer>>;
}

export const noFields = z.strictObject({});

/** Describes one query; the fields of a `strictObject` are the only ones that it takes. */
export function queryRoute<
  Parameters extends z.ZodObject,
  Query extends z.ZodObject,
  Answer extends z.ZodType,
>(definition: Omit<Definition<Parameters, Query, Answer>, 'method' | 'success'>): QueryRoute {
  const { ask, ...described } = definition;
  return {
    ...described,
    method: 'get',
    success: 200,
    prepare: (raw) => {
      const { parameters, query } = checked(definition, raw);
      return (caller, sources) => ask({ caller, parameters, query, sources });
    },
  };
}

function checked<Parameters extends z.ZodObject, Query extends z.ZodObject>(
  schemas: { readonly parameters: Parameters; readonly query: Query },
  raw: RawFields,
): { readonly parameters: z.output<Parameters>; readonly query: z.output<Query> } {
  const parameters = schemas.parameters.safeParse(raw.parameters);
  const query = schemas.query.safeParse(raw.query);
  if (parameters.success && query.success) return { parameters: parameters.data, query: query.data };
  const errors = [...fieldErrors(parameters.error), ...fieldErrors(query.error)];
  throw new Problem(errors.every(({ path }) => isBadPlace(path, raw.query)) ? 'malformed' : 'invalid', {
    errors,
  });
}

const placeFields = new Set(['limit', 'before', 'after', 'around']);

/** A number that no list has a place for is a request that cannot be understood (400), as a made-up cursor is. */
function isBadPlace(path: string, query: unknown): boolean {
  const value: unknown = typeof query === 'object' && query !== null ? Reflect.get(query, path) : undefined;
  return placeFields.has(path) && typeof value === 'string';
}

function fieldErrors(error: z.ZodError | undefined): readonly FieldError[] {
  return error === undefined ? [] : (invalidFields(error).errors ?? []);
}
