import type { ProblemDetails } from '@verbatim/shared/browser';

/** The server refused or failed, and said why. */
export class ProblemFault extends Error {
  override readonly name = 'ProblemFault';
  readonly problem: ProblemDetails;

  constructor(problem: ProblemDetails) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}

/** No answer came: whether the request was carried out is not known. */
export class UnreachableFault extends Error {
  override readonly name = 'UnreachableFault';
}

/** An answer came that is not of the agreed shape: a newer server, or something in between. */
export class UnexpectedAnswerFault extends Error {
  override readonly name = 'UnexpectedAnswerFault';
}

export const hasCode = (fault: unknown, code: string): boolean =>
  fault instanceof ProblemFault && fault.problem.code === code;
