import { problemCodes, type ProblemCode, type ProblemDetails } from '@verbatim/shared/browser';
import { ProblemFault, UnexpectedAnswerFault, UnreachableFault } from './faults.ts';

/** What the person reads: what happened, what it means for them, what to do. */
const sentences: Partial<Record<ProblemCode, string>> = {
  unauthenticated: 'You have been logged out. Log in again to go on.',
  'invalid-credentials': 'That e-mail address and password do not belong together. Check both and try again.',
  'invalid-refresh-token': 'Your session has ended. Log in again to go on.',
  forbidden: 'You are not allowed to do this here.',
  held: 'A legal hold keeps this. Release the hold first.',
  'not-found': 'This does not exist, or it is not open to you.',
  'email-taken': 'There is an account with this e-mail address already. Log in instead.',
  'last-admin': 'A room needs at least one admin. Make somebody else an admin first.',
  'last-owner': 'An organization needs at least one owner. Make somebody else an owner first.',
  'room-archived': 'This room is archived: it can be read, but not written to.',
  'message-deleted': 'This message was deleted in the meantime.',
  'invitation-used': 'This invitation was used already. Ask for a new one.',
  'invitation-expired': 'This invitation has expired. Ask for a new one.',
  'rate-limited': 'That was a lot at once. Wait a moment and try again.',
  'outcome-unknown': 'It is not certain that this was saved. Trying again is safe.',
  busy: 'The server is busy right now. Try again in a moment.',
  unavailable: 'A part of the server is away right now. Try again in a moment.',
  'projection-lag': 'The server is still catching up. Try again in a moment.',
  internal: 'Something went wrong on the server. Your text is still here; try again.',
};

export function sentenceOf(fault: unknown): string {
  if (fault instanceof ProblemFault) return sentenceOfProblem(fault.problem);
  if (fault instanceof UnreachableFault) {
    return 'The server cannot be reached. Check your connection and try again.';
  }
  if (fault instanceof UnexpectedAnswerFault) {
    return 'The server gave an answer that this page does not understand. Reload the page.';
  }
  return 'Something went wrong in this page. Reload it if that happens again.';
}

export function sentenceOfProblem(problem: ProblemDetails): string {
  const first = problem.errors?.[0];
  if (problem.code === 'invalid' && first !== undefined) {
    return problem.errors?.length === 1 && first.path !== ''
      ? `${nameOfField(first.path)} ${first.message}.`
      : 'Some of what you entered cannot be taken. See the marked fields.';
  }
  const code = Object.keys(problemCodes).find((known): known is ProblemCode => known === problem.code);
  return (code !== undefined ? sentences[code] : undefined) ?? problem.detail ?? problem.title;
}

/** What is wrong with one field of a form, if this fault says so. */
export function fieldError(fault: unknown, path: string): string | undefined {
  if (!(fault instanceof ProblemFault)) return undefined;
  const error = fault.problem.errors?.find((candidate) => candidate.path === path);
  return error && `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`;
}

/** `organizationName` as people say it: `Organization name`. */
function nameOfField(path: string): string {
  const words = path.replace(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
