import type { FieldError, ProblemCode } from '@verbatim/shared';

/** Why a command is refused; the code is the one that callers see. */
export interface Rejection {
  readonly code: ProblemCode;
  /** For `invalid`: the fields of the command that name what is not there. */
  readonly errors?: readonly FieldError[];
  /** For `held`: the hold that keeps it. */
  readonly holdId?: string;
}

/** What becomes of a command. Accepted without events: it is already so. */
export type Decision<Event> =
  | { readonly accepted: true; readonly events: readonly Event[] }
  | { readonly accepted: false; readonly rejection: Rejection };

export const accept = <Event>(...events: Event[]): Decision<Event> => ({ accepted: true, events });

export const alreadySo: Decision<never> = { accepted: true, events: [] };

export const reject = (code: ProblemCode): Decision<never> => ({ accepted: false, rejection: { code } });

export const rejectFields = (...errors: FieldError[]): Decision<never> => ({
  accepted: false,
  rejection: { code: 'invalid', errors },
});
