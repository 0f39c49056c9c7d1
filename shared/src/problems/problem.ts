import { z } from 'zod';

/** One bad field of a request: where it stands and what is wrong with it. */
export const fieldErrorSchema = z.object({ path: z.string(), message: z.string() });
export type FieldError = z.infer<typeof fieldErrorSchema>;

/** RFC 9457 problem details with our `code`, the same over HTTP and WebSocket. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  code: z.string(),
  detail: z.string().optional(),
  errors: z.array(fieldErrorSchema).optional(),
  requestId: z.string().optional(),
  retryAfterSeconds: z.number().optional(),
});
export type ProblemDetails = z.infer<typeof problemSchema>;

/** Every code there is, with its HTTP status and a sentence for people. */
export const problemCodes = {
  malformed: { status: 400, title: 'The request could not be understood.' },
  'invalid-cursor': { status: 400, title: 'The cursor is not one of this list.' },
  unauthenticated: { status: 401, title: 'A valid access token is needed.' },
  'invalid-credentials': { status: 401, title: 'E-mail or password is wrong.' },
  'invalid-refresh-token': { status: 401, title: 'The session has ended. Please log in again.' },
  forbidden: { status: 403, title: 'You are not allowed to do this.' },
  'foreign-origin': { status: 403, title: 'This origin is not allowed.' },
  'not-found': { status: 404, title: 'There is nothing here that you may see.' },
  'method-not-allowed': { status: 405, title: 'This method is not available here.' },
  conflict: { status: 409, title: 'The state has changed in the meantime.' },
  'id-taken': { status: 409, title: 'This id is in use.' },
  'idempotency-key-reused': { status: 409, title: 'This key was used for another request.' },
  'email-taken': { status: 409, title: 'This e-mail address has an account already.' },
  'last-admin': { status: 409, title: 'A room keeps at least one admin.' },
  'last-owner': { status: 409, title: 'An organization keeps at least one owner.' },
  'room-archived': { status: 409, title: 'The room is archived and read-only.' },
  'direct-room': { status: 409, title: 'A direct room never changes.' },
  'too-many-reactions': { status: 409, title: 'The message has as many different reactions as it can hold.' },
  'message-deleted': { status: 409, title: 'The message was deleted.' },
  'user-inactive': { status: 409, title: 'This person is deactivated.' },
  'user-erased': { status: 409, title: 'This person was erased and does not come back.' },
  'not-participant': { status: 409, title: 'This person is not in the room.' },
  'invitation-used': { status: 409, title: 'The invitation was used already.' },
  'invitation-expired': { status: 409, title: 'The invitation has expired.' },
  held: { status: 409, title: 'A legal hold covers this content.' },
  expired: { status: 409, title: 'The retention period of this content is over.' },
  'too-large': { status: 413, title: 'The request is too large.' },
  'unsupported-media-type': { status: 415, title: 'Send JSON (application/json, UTF-8).' },
  invalid: { status: 422, title: 'Some fields are not valid.' },
  'reason-required': { status: 422, title: 'A reason is required to look at this.' },
  'rate-limited': { status: 429, title: 'Too many requests. Please slow down.' },
  'outcome-unknown': { status: 503, title: 'It is not known whether this was stored. Retrying is safe.' },
  busy: { status: 503, title: 'The system is busy. Please retry.' },
  unavailable: { status: 503, title: 'A part of the system is away. Please retry.' },
  'projection-lag': { status: 503, title: 'The read models have not caught up yet.' },
  internal: { status: 500, title: 'Something went wrong on our side.' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ProblemCode = keyof typeof problemCodes;

export interface ProblemOptions {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** A refusal or fault on its way to the caller. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.detail ?? problemCodes[code].title, { cause: options.cause });
    this.code = code;
    this.status = problemCodes[code].status;
    this.title = problemCodes[code].title;
    this.detail = options.detail;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds ?? (this.status === 503 ? 1 : undefined);
  }

  toDetails(requestId?: string): ProblemDetails {
    return {
      type: `urn:verbatim:problem:${this.code}`,
      title: this.title,
      status: this.status,
      code: this.code,
      ...(this.detail !== undefined && { detail: this.detail }),
      ...(this.errors !== undefined && { errors: [...this.errors] }),
      ...(requestId !== undefined && { requestId }),
      ...(this.retryAfterSeconds !== undefined && { retryAfterSeconds: this.retryAfterSeconds }),
    };
  }
}

/** Every bad field of a failed parse, with paths such as `participantIds.3`; the whole body's is the empty path. */
export function invalidFields(error: z.ZodError): Problem {
  const errors = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'is not a known field' }))
      : [{ path: issue.path.join('.'), message: issue.message }],
  );
  return new Problem('invalid', { errors });
}
