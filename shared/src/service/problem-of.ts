import { EventStoreFault } from '../event-store/faults.ts';
import { isTransient } from '../postgres/transient.ts';
import { Problem } from '../problems/problem.ts';
import { VaultUnavailableError } from '../sealing/keyring.ts';

/** What the caller is told about an error: never more than a problem says. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof URIError) return new Problem('malformed', { cause: error });
  if (isUnavailable(error)) return new Problem('unavailable', { cause: error });
  return new Problem('internal', { cause: error });
}

function isUnavailable(error: unknown): boolean {
  return (
    error instanceof VaultUnavailableError ||
    (error instanceof EventStoreFault && error.isRetryable) ||
    isTransient(error)
  );
}
