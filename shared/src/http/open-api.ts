import { z } from 'zod';
import { problemSchema } from '../problems/problem.ts';
import type { RouteDescription } from './route-description.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** OpenAPI 3.1 for the routes of all services that one origin answers for. */
export function openApiDocument(routes: readonly RouteDescription[], version: string): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of routes) {
    const path = (paths[route.path] ??= {});
    path[route.method] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Verbatim',
      version,
      description: 'Team chat in which nothing is ever lost and everything can be shown again.',
    },
    paths,
    components: {
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Problem: schemaOf(problemSchema) },
    },
  };
}

function operation(route: RouteDescription): JsonObject {
  const isOpen = route.access === 'anybody';
  const parameters = [
    ...parametersOf(route.parameters, 'path'),
    ...parametersOf(route.query, 'query'),
    ...(route.method === 'get' || isOpen ? [] : [idempotencyKey]),
  ];
  const hasBody = route.body !== undefined && !isEmpty(schemaOf(route.body));
  return {
    operationId: route.name,
    tags: [route.tag],
    summary: route.summary,
    'x-access': route.access,
    ...(parameters.length > 0 && { parameters }),
    ...(hasBody && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body) } } },
    }),
    responses: {
      [route.success]: {
        description: 'Done.',
        ...(route.answer !== undefined && {
          content: { 'application/json': { schema: schemaOf(route.answer) } },
        }),
      },
      ...Object.fromEntries(
        Object.entries(route.alsoSucceeds ?? {}).map(([status, description]) => [status, { description }]),
      ),
      default: {
        description: 'Refused or failed, as `code` tells.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
    ...(!isOpen && { security: [{ accessToken: [] }] }),
  };
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', format: 'uuid' },
  description: 'The same key gives the first answer again and changes nothing more.',
};

function parametersOf(schema: z.ZodObject | undefined, place: 'path' | 'query'): JsonObject[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || !isOptional(field),
    schema: schemaOf(field),
  }));
}

function schemaOf(schema: unknown): JsonObject {
  if (!(schema instanceof z.ZodType)) return {};
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}

function isOptional(field: unknown): boolean {
  return field instanceof z.ZodType && field.safeParse(undefined).success;
}

function isEmpty(schema: JsonObject): boolean {
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null && Object.keys(properties).length === 0;
}
