import type { CommandAnswer } from '@verbatim/shared';
import type { Answer } from '../http/route.ts';

/** What every command answers: what it was about, and from which position on queries show it. */
export function answerOf(
  id: string,
  outcome: { readonly revision: bigint; readonly position: bigint },
  status?: number,
): Answer {
  const body: CommandAnswer = {
    id,
    position: outcome.position.toString(),
    revision: Number(outcome.revision),
  };
  return status === undefined ? { body } : { body, status };
}
