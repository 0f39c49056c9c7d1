import {
  idSchema,
  invalidFields,
  Problem,
  type ActorContext,
  type FieldError,
  type Logger,
  type OrganizationRole,
  type RouteDescription,
} from '@verbatim/shared';
import { z } from 'zod';
import type { Services } from '../services.ts';
import type { AccessRow } from './access.ts';
import type { RateClass } from './rate-limits.ts';

/** Who asks, once the token was verified and checked against the state of session and organization. */
export interface Principal {
  readonly organizationId: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly role: OrganizationRole;
}

/** What every handler gets to know of a request besides its fields. */
export interface RequestFacts {
  readonly requestId: string;
  readonly from: ActorContext;
  readonly idempotencyKey: string | undefined;
  /** The `Origin` header, which only browsers send. */
  readonly origin: string | undefined;
  readonly cookies: Readonly<Record<string, string>>;
  readonly logger: Logger;
}

export interface Request<Parameters, Query, Body> extends RequestFacts {
  readonly parameters: Parameters;
  readonly query: Query;
  readonly body: Body;
}
export type AuthenticatedRequest<Parameters, Query, Body> = Request<Parameters, Query, Body> & {
  readonly principal: Principal;
};

export interface Answer {
  /** The route's `success` unless given. */
  readonly status?: number;
  readonly body?: unknown;
  /** Sets the refresh cookie to this, or clears it when null. */
  readonly refreshCookie?: string | null;
}

/** An entry of the catalogue, ready to be mounted. */
export interface Route extends RouteDescription {
  readonly access: AccessRow;
  readonly rateClass: RateClass;
  readonly run: (services: Services, principal: Principal | undefined, raw: RawRequest) => Promise<Answer>;
}

/** A request whose fields have not been checked. */
export interface RawRequest extends Omit<RequestFacts, 'idempotencyKey'> {
  readonly idempotencyKey: unknown;
  readonly parameters: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** For what a route does not have. */
export const noFields = { parameters: z.object({}), query: z.object({}), body: z.strictObject({}) };

interface Definition<
  Parameters extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Asked,
> extends RouteDescription {
  readonly access: AccessRow;
  readonly rateClass: RateClass;
  readonly parameters: Parameters;
  readonly query: Query;
  readonly body: Body;
  readonly handle: (services: Services, request: Asked) => Promise<Answer>;
}

/** A route for anybody, with or without a token. */
export function openRoute<Parameters extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType>(
  definition: Definition<
    Parameters,
    Query,
    Body,
    Request<z.output<Parameters>, z.output<Query>, z.output<Body>>
  >,
): Route {
  const { handle, ...described } = definition;
  return { ...described, run: (services, _principal, raw) => handle(services, checked(definition, raw)) };
}

export type RouteDefinition<
  Parameters extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
> = Definition<
  Parameters,
  Query,
  Body,
  AuthenticatedRequest<z.output<Parameters>, z.output<Query>, z.output<Body>>
>;

/** A route for people of an organization. */
export function route<Parameters extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType>(
  definition: RouteDefinition<Parameters, Query, Body>,
): Route {
  const { handle, ...described } = definition;
  return {
    ...described,
    run: async (services, principal, raw) => {
      if (principal === undefined) throw new Problem('unauthenticated');
      return handle(services, { ...checked(definition, raw), principal });
    },
  };
}

const idempotencyKeySchema = idSchema.optional();

/** @throws Problem `invalid` that names every bad field, wherever in the request it stands. */
function checked<Parameters extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  schemas: { readonly parameters: Parameters; readonly query: Query; readonly body: Body },
  { parameters: rawParameters, query: rawQuery, body: rawBody, idempotencyKey: rawKey, ...facts }: RawRequest,
): Request<z.output<Parameters>, z.output<Query>, z.output<Body>> {
  const parameters = schemas.parameters.safeParse(rawParameters);
  const query = schemas.query.safeParse(rawQuery);
  const body = schemas.body.safeParse(rawBody);
  const idempotencyKey = idempotencyKeySchema.safeParse(rawKey);
  if (parameters.success && query.success && body.success && idempotencyKey.success)
    return {
      ...facts,
      parameters: parameters.data,
      query: query.data,
      body: body.data,
      idempotencyKey: idempotencyKey.data,
    };
  throw new Problem('invalid', {
    errors: [
      ...fieldErrors(parameters.error),
      ...fieldErrors(query.error),
      ...fieldErrors(body.error),
      ...(body.success ? [] : errorsBesideKind(schemas.body, rawBody, body.error)),
      ...(idempotencyKey.success ? [] : [{ path: 'Idempotency-Key', message: 'must be a UUID' }]),
    ],
  });
}

/** A kind that there is not would hide what else is wrong: the other fields are held against the first kind there is. */
function errorsBesideKind(schema: z.ZodType, raw: unknown, error: z.ZodError): readonly FieldError[] {
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return [];
  const { discriminator } = schema.def;
  const isUnknownKind = error.issues.some(
    ({ code, path }) => code === 'invalid_union' && path.length === 1 && path[0] === discriminator,
  );
  const [first] = schema.options;
  if (!isUnknownKind || !(first instanceof z.ZodType)) return [];
  return fieldErrors(first.safeParse(raw).error).filter(({ path }) => path !== discriminator);
}

function fieldErrors(error: z.ZodError | undefined): readonly FieldError[] {
  return error === undefined ? [] : (invalidFields(error).errors ?? []);
}
