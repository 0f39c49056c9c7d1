import type { z } from 'zod';

/**
 * One route as its service's table describes it. Validation, OpenAPI and the access tests come from the same entry, so
 * that none of them can tell another story.
 */
export interface RouteDescription {
  /** The command's or query's own name, such as `SendMessage`; the operation id in OpenAPI. */
  readonly name: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With parameters in braces: `/chat/rooms/{roomId}/messages`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** The row of the access table: who may use it. `anybody` needs no token. */
  readonly access: string;
  readonly parameters?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly success: 200 | 201 | 202 | 204;
  readonly answer?: z.ZodType;
  /** Other ways to succeed, such as 200 for a direct room that is there already. */
  readonly alsoSucceeds?: Readonly<Record<number, string>>;
}
