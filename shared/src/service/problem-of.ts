import { EventStoreFault } from '../event-store/faults.ts';
import { isTransient } from '../postgres/transient.ts';
import { Problem, type ProblemCode } from '../problems/problem.ts';
import { VaultUnavailableError } from '../sealing/keyring.ts';

/** What the body parser and the router call their errors. */
const codesByParserError: Readonly<Record<string, ProblemCode>> = {
  'entity.too.large': 'too-large',
  'entity.parse.failed': 'malformed',
  'entity.verify.failed': 'malformed',
  'request.aborted': 'malformed',
  'request.size.invalid': 'malformed',
  'charset.unsupported': 'unsupported-media-type',
  'encoding.unsupported': 'unsupported-media-type',
};

/** What the caller is told about an error: never more than a problem says. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof URIError) return new Problem('malformed', { cause: error });
  if (isUnavailable(error)) return new Problem('unavailable', { cause: error });
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  const code = typeof type === 'string' ? codesByParserError[type] : undefined;
  return new Problem(code ?? 'internal', { cause: error });
}

function isUnavailable(error: unknown): boolean {
  return (
    error instanceof VaultUnavailableError ||
    (error instanceof EventStoreFault && error.isRetryable) ||
    isTransient(error)
  );
}
